import * as vscode from 'vscode';
import type { LastEdit } from '../core/ghostText/suppression';
import { editsOf, type TextEdit } from '../core/text/edits';
import { classifyEdit } from './edits';

/** Longest time that a save may take, in ms: VS Code does not report failed saves. */
const SAVE_MS = 2_000;

/** A change of a document. */
export interface DocumentChange {
  readonly document: vscode.TextDocument;
  readonly edit: Exclude<LastEdit, 'none'>;
  /** In offsets of the document before the change, from the last place to the first. */
  readonly edits: readonly TextEdit[];
  /** Whether it was made during a save, by a formatter and the like, and not by the writer. */
  readonly bySave: boolean;
  readonly event: vscode.TextDocumentChangeEvent;
}

/** The single listener to document changes, which notifies all of ghost text in a fixed order. */
export class DocumentChanges implements vscode.Disposable {
  readonly #listeners = new Set<(change: DocumentChange) => void>();
  /** Start times of saves in progress. */
  readonly #saving = new WeakMap<vscode.TextDocument, number>();
  readonly #subscriptions = vscode.Disposable.from(
    vscode.workspace.onWillSaveTextDocument(({ document }) => this.#saving.set(document, Date.now())),
    vscode.workspace.onDidSaveTextDocument((document) => this.#saving.delete(document)),
    vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)),
  );

  /** Adds a listener. Listeners are called in the order in which they were added. */
  listen(listener: (change: DocumentChange) => void): vscode.Disposable {
    this.#listeners.add(listener);
    return new vscode.Disposable(() => this.#listeners.delete(listener));
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#listeners.clear();
  }

  #changed(event: vscode.TextDocumentChangeEvent): void {
    const edit = classifyEdit(event);
    if (edit === 'none') return;
    const { document, contentChanges } = event;
    const change: DocumentChange = {
      document,
      edit,
      edits: editsOf(contentChanges),
      bySave: Date.now() - (this.#saving.get(document) ?? -SAVE_MS) < SAVE_MS,
      event,
    };
    for (const listener of this.#listeners) listener(change);
  }
}
