import * as vscode from 'vscode';
import type { LastEdit } from '../../core/ghostText/suppression';
import { classifyEdit } from '../edits';
import { type Fate, ShownSuggestion } from './shown';

interface Dismissal {
  readonly document: vscode.TextDocument;
  readonly line: number;
  readonly lineBefore: string;
}

/** What the writer has been doing, as far as good manners need to know. */
export class Activity implements vscode.Disposable {
  #lastEdits = new WeakMap<vscode.TextDocument, LastEdit>();
  /** The document that was typed in last, as long as its editor keeps the focus. */
  #typedIn: vscode.TextDocument | undefined;
  #dismissals = 0;
  #dismissedAt = 0;
  #dismissal: Dismissal | undefined;
  readonly #subscriptions = vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      // The event may come after the first key.
      if (editor?.document !== this.#typedIn) this.#typedIn = undefined;
    }),
  );

  /** The ghost text on screen. */
  readonly shown = new ShownSuggestion<vscode.TextDocument>((fate, document) => {
    if (fate === 'accepted') this.accepted();
    this.onFate(fate, document);
  });

  /** @param onFate hears what becomes of each suggestion shown */
  constructor(private readonly onFate: (fate: Fate, document: vscode.TextDocument) => void) {}

  lastEdit(document: vscode.TextDocument): LastEdit {
    return this.#lastEdits.get(document) ?? 'none';
  }

  typedSinceFocus(document: vscode.TextDocument): boolean {
    return this.#typedIn === document;
  }

  /** Suggestions sent away in a row. */
  get dismissals(): number {
    return this.#dismissals;
  }

  /** When the last of them was, in ms since the epoch. */
  get dismissedAt(): number {
    return this.#dismissedAt;
  }

  dismissed(editor: vscode.TextEditor): void {
    this.#dismissals++;
    this.shown.dismissed();
    this.#dismissedAt = Date.now();
    const { line, character } = editor.selection.active;
    const lineBefore = editor.document.lineAt(line).text.slice(0, character);
    this.#dismissal = { document: editor.document, line, lineBefore };
  }

  accepted(): void {
    this.#dismissals = 0;
    this.#dismissal = undefined;
  }

  /** Whether the writer is still in the word at which a suggestion was sent away. */
  inDismissedWord(document: vscode.TextDocument, position: vscode.Position): boolean {
    const last = this.#dismissal;
    if (last?.document !== document || last.line !== position.line) return false;
    const lineBefore = document.lineAt(position).text.slice(0, position.character);
    return (
      last.lineBefore.startsWith(lineBefore) ||
      (lineBefore.startsWith(last.lineBefore) && !/\s/.test(lineBefore.slice(last.lineBefore.length)))
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #changed(event: vscode.TextDocumentChangeEvent): void {
    const edit = classifyEdit(event);
    if (edit === 'none') return;
    this.#lastEdits.set(event.document, edit);
    this.shown.edited(
      event.document,
      event.contentChanges.map(({ rangeOffset: offset, rangeLength: removed, text }) => ({ offset, removed, text })),
    );
    if (event.document === vscode.window.activeTextEditor?.document) this.#typedIn = event.document;
  }
}
