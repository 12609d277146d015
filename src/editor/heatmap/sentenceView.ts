import * as vscode from 'vscode';
import { rangeOf } from '../documentText';
import type { DocumentHeat } from './documentHeat';
import { type RankedSentences, rankSentences, type SentenceHeat } from './sentences';

/** Sentences listed at either end. */
const LISTED = 15;

type Group = 'flattest' | 'mostSurprising';
type Entry = Group | SentenceHeat;

const TITLES: Record<Group, string> = { flattest: 'Flattest', mostSurprising: 'Most Surprising' };

/** The flattest and the most surprising sentences of the document, to click through. */
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
    this.#view.message = scores && scores.progress < 1 ? `${Math.floor(100 * scores.progress)} % scored` : undefined;
    this.#changed.fire();
  }

  getChildren(entry?: Entry): Entry[] {
    if (entry === undefined) return ['flattest', 'mostSurprising'];
    return typeof entry === 'string' ? [...this.#sentences[entry]] : [];
  }

  getTreeItem(entry: Entry): vscode.TreeItem {
    if (typeof entry === 'string') {
      const item = new vscode.TreeItem(TITLES[entry], vscode.TreeItemCollapsibleState.Expanded);
      item.id = entry;
      return item;
    }
    const bits = entry.bitsPerToken.toFixed(1);
    const item = new vscode.TreeItem(`${bits}  ${entry.text.replaceAll(/\s+/g, ' ')}`);
    item.tooltip = `${entry.text}\n\n${bits} bits per token`;
    item.command = { title: 'Show Sentence', command: 'inkling.showSentence', arguments: [entry] };
    return item;
  }

  /** Selects a listed sentence in its editor. */
  async reveal({ utf16: [from, to] }: SentenceHeat): Promise<void> {
    if (!this.#heat) return;
    const { document } = this.#heat;
    const selection = rangeOf(document, from, to);
    await vscode.window.showTextDocument(document, { selection, preserveFocus: true });
  }

  dispose(): void {
    this.#view.dispose();
    this.#changed.dispose();
  }
}
