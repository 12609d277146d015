import * as vscode from 'vscode';
import { withoutMarks } from '../../core/markdown';
import { fixed } from '../../core/text/locale';
import { rangeOf } from '../documentText';
import { editorOf } from '../writersEditor';
import type { DocumentHeat } from './documentHeat';
import { type RankedSentences, rankSentences, type SentenceHeat } from './sentences';

/** Sentences listed at each end. */
const LISTED = 15;

type Group = 'flattest' | 'mostSurprising';
type Entry = Group | SentenceHeat;

/** A tree view of the least and most surprising sentences of the document. */
export class SentenceView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = vscode.window.createTreeView('inkling.sentences', { treeDataProvider: this });
  #heat: DocumentHeat | undefined;
  #sentences: RankedSentences = { flattest: [], mostSurprising: [] };

  /** Lists the sentences of a document, or none. */
  show(heat: DocumentHeat | undefined): void {
    this.#heat = heat;
    const { scores } = heat ?? {};
    this.#sentences = scores
      ? rankSentences(scores.text, scores.tokensIn(0, scores.text.length), LISTED)
      : { flattest: [], mostSurprising: [] };
    this.#view.message =
      scores && scores.progress < 1 ? vscode.l10n.t('{0} % scored', Math.floor(100 * scores.progress)) : undefined;
    this.#changed.fire();
  }

  getChildren(entry?: Entry): Entry[] {
    if (entry === undefined) return ['flattest', 'mostSurprising'];
    return typeof entry === 'string' ? [...this.#sentences[entry]] : [];
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    if (typeof entry === 'string') {
      const item = new vscode.TreeItem(titleOf(entry), vscode.TreeItemCollapsibleState.Expanded);
      item.id = entry;
      return item;
    }
    const bits = fixed(entry.bitsPerToken, 1);
    const text = withoutMarks(entry.text);
    const item = new vscode.TreeItem(text);
    item.description = vscode.l10n.t('{0} bits', bits);
    item.tooltip = vscode.l10n.t('{0} bits per token: {1}', bits, text);
    item.command = { title: vscode.l10n.t('Show Sentence'), command: 'inkling.showSentence', arguments: [entry] };
    return item;
  }

  /** Selects a listed sentence in its editor. */
  async reveal({ utf16: [from, to] }: SentenceHeat): Promise<void> {
    if (!this.#heat) return;
    const { document } = this.#heat;
    const selection = rangeOf(document, from, to);
    await vscode.window.showTextDocument(document, {
      selection,
      preserveFocus: true,
      viewColumn: editorOf(document)?.viewColumn,
    });
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }
}

function titleOf(group: Group): string {
  return group === 'flattest' ? vscode.l10n.t('Flattest') : vscode.l10n.t('Most Surprising');
}
