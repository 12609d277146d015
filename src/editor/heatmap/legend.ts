import * as vscode from 'vscode';
import type { DocumentHeat } from './documentHeat';
import { LEVELS } from './levels';

const SHADES = ['▂', '▄', '▆', '█'];

/** The status bar's legend: what the colours mean, and how far the scores have come. */
export class Legend implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('inkling.heatMap', vscode.StatusBarAlignment.Right, 99);

  constructor() {
    this.#item.name = 'Inkling Surprisal';
    this.#item.command = 'inkling.toggleSurprisalHeatMap';
  }

  show({ scores, failure, isResting }: DocumentHeat): void {
    const levels = LEVELS.map((bits, level) => `${SHADES[level]} ${bits}`).join('  ');
    const percent = Math.floor(100 * scores.progress);
    this.#item.text = failure
      ? '$(warning) Surprisal'
      : percent < 100
        ? `$(${isResting ? 'dashboard' : 'sync~spin'}) Surprisal ${percent} %`
        : `${levels} bits`;
    this.#item.tooltip = failure ?? explanation(isResting);
    this.#item.accessibilityInformation = { label: failure ?? `Surprisal heat map, ${percent} percent scored` };
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function explanation(isResting: boolean): vscode.MarkdownString {
  const rows = LEVELS.map(
    (bits, level) => `| ${SHADES[level]} | from ${bits} bits | 1 in ${(2 ** bits).toLocaleString('en-US')} |`,
  );
  return new vscode.MarkdownString(
    [
      'How much each word surprises GPT-2.',
      '',
      '| | surprisal | chance |',
      '|-|-|-|',
      ...rows,
      '',
      ...(isResting ? ['To save energy only what is on screen is scored (inkling.engine.saveEnergy).', ''] : []),
      'Click to turn it off.',
    ].join('\n'),
  );
}
