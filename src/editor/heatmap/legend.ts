import * as vscode from 'vscode';
import { type Levels, USUAL_LEVELS } from '../../core/analysis';
import { compact, whole } from '../../core/text/locale';
import { because } from '../energySaving/energySaving';
import { asText } from '../outsideText';
import type { DocumentHeat } from './documentHeat';

const SHADES = ['▂', '▄', '▆', '█'];

/** The heat map's status item: whether it is on for the document, what the colours mean, and how much is scored. */
export class Legend implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('inkling.heatMap', vscode.StatusBarAlignment.Right, 99);

  constructor() {
    this.#item.name = vscode.l10n.t('Inkling Surprisal');
    this.#item.command = 'inkling.toggleSurprisalHeatMap';
  }

  show(heat: DocumentHeat): void {
    const { scores, failure, levels, restsFor } = heat;
    const percent = Math.floor(100 * scores.progress);
    const scale = levels.map((bits, level) => `${SHADES[level]} ${compact(bits)}`).join('  ');
    this.#item.text = failure
      ? vscode.l10n.t('{0} Surprisal', '$(warning)')
      : percent < 100
        ? vscode.l10n.t('{0} Surprisal {1} %', restsFor ? '$(debug-pause)' : '$(sync~spin)', percent)
        : vscode.l10n.t('Surprisal {0} bits', scale);
    this.#item.tooltip = failure ? asText(failure) : explanation(heat);
    this.#item.accessibilityInformation = {
      label: failure ?? vscode.l10n.t('Surprisal heat map on, {0} percent scored', percent),
    };
    this.#item.show();
  }

  /** For a document without a heat map, in a window where it is used. */
  showOff(): void {
    this.#item.text = vscode.l10n.t('Surprisal off');
    this.#item.tooltip = vscode.l10n.t('Click to colour this document by how much each word surprises the model.');
    this.#item.accessibilityInformation = { label: vscode.l10n.t('Surprisal heat map off in this document') };
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function explanation({ levels, restsFor, scores }: DocumentHeat): vscode.MarkdownString {
  const rows = levels.map((bits, level) => {
    // The only kind of style that VS Code allows here.
    const colour = `<span style="background-color:var(--vscode-inkling-surprisal${level + 1});">&nbsp;&nbsp;&nbsp;&nbsp;</span>`;
    const chance = whole(2 ** bits);
    return `| ${colour} | ${vscode.l10n.t('from {0} bits', compact(bits))} | ${vscode.l10n.t('1 in {0}', chance)} |`;
  });
  const text = new vscode.MarkdownString();
  text.supportHtml = true;
  text.appendText(vscode.l10n.t('How much each word surprises {0}.', scores.modelName));
  text.appendMarkdown(
    `\n\n| | ${vscode.l10n.t('surprisal')} | ${vscode.l10n.t('chance')} |\n|-|-|-|\n${rows.join('\n')}\n\n`,
  );
  text.appendMarkdown(whose(levels)).appendMarkdown('\n\n');
  if (restsFor) {
    text.appendMarkdown(
      `${vscode.l10n.t('Only what is on screen is scored; the rest follows when energy is no longer saved.')} ${because(restsFor)}\n\n`,
    );
  }
  return text.appendMarkdown(vscode.l10n.t('Click to turn it off.'));
}

/** How the levels were determined. */
function whose(levels: Levels): string {
  return levels === USUAL_LEVELS
    ? vscode.l10n.t('These are the usual levels: the document has too few words with scores for levels of its own.')
    : vscode.l10n.t(
        'The levels are this document’s own: a quarter of its words are tinted, and fewer the stronger the tint.',
      );
}
