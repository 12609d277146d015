import * as vscode from 'vscode';
import { rangeAfter, type TextEdit } from '../../core/text/edits';
import type { DocumentChange, DocumentChanges } from '../documentChanges';

/** How often an edit is retried that failed because of a concurrent one. */
const TRIES = 10;

/**
 * Streams a text into an editor as one undo step. An edit by the writer within the text ends it. Edits elsewhere, and
 * those made by a save, only shift it.
 */
export class StreamedEdit implements vscode.Disposable {
  readonly #editor: vscode.TextEditor;
  readonly #start: number;
  /** Offset at which the text continues. */
  #offset: number;
  #text = '';
  #pending = '';
  #writing: Promise<void> = Promise.resolve();
  /** The edit in progress, to recognise its own change event. */
  #own: { readonly offset: number; readonly removed: number; readonly text: string } | undefined;
  /** Whether the current edit has appeared in the document, and whether any has. */
  #arrived = false;
  #begun = false;
  #refused = false;
  readonly #interrupted = new AbortController();
  readonly #subscription: vscode.Disposable;

  constructor(editor: vscode.TextEditor, position: vscode.Position, changes: DocumentChanges) {
    this.#editor = editor;
    this.#start = editor.document.offsetAt(position);
    this.#offset = this.#start;
    this.#subscription = changes.listen((change) => this.#changed(change));
  }

  /** Fires when the writer edits the text or switches tabs, or the document is read-only. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  get usesCrLf(): boolean {
    return this.#editor.document.eol === vscode.EndOfLine.CRLF;
  }

  /** Whether the document is read-only. */
  get refused(): boolean {
    return this.#refused;
  }

  /** The range of the text; undefined when it was edited since. */
  get written(): vscode.Range | undefined {
    const { document } = this.#editor;
    const start = this.#offset - this.#text.length;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(this.#offset));
    return document.getText(range) === this.#text ? range : undefined;
  }

  /**
   * Whether the document accepts text, tested before there is any, as VS Code does not report documents that are
   * read-only for the session. Replaces the character beside the cursor with itself, in the same undo step as what
   * follows. In an empty document only the first text can tell.
   */
  async takesText(): Promise<boolean> {
    const { document } = this.#editor;
    const beside = () => characterBeside(document, document.positionAt(this.#offset));
    if (!beside().isEmpty) {
      await this.#edit(() => {
        const range = beside();
        return { range, text: document.getText(range) };
      });
    }
    return !this.#refused;
  }

  push(text: string): void {
    this.#pending += this.usesCrLf ? text.replaceAll(/\r?\n/g, '\r\n') : text;
    this.#writing = this.#writing.then(() => this.#flush());
  }

  /** Resolves when everything pushed is in the document, or given up. */
  finished(): Promise<void> {
    return this.#writing;
  }

  /** Removes the last characters of the text. */
  async takeBack(length: number): Promise<void> {
    const { written } = this;
    if (written === undefined || length === 0) return;
    const from = this.#editor.document.positionAt(this.#offset - length);
    const done = await this.#apply((edit) => edit.delete(new vscode.Range(from, written.end)), false);
    if (!done) return;
    this.#offset -= length;
    this.#text = this.#text.slice(0, this.#text.length - length);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    if (text === '' || this.interrupted.aborted) return;
    this.#pending = '';
    await this.#edit(() => {
      const at = this.#editor.document.positionAt(this.#offset);
      return { range: new vscode.Range(at, at), text };
    });
  }

  /** Makes an edit, and retries it after a conflict; if it cannot be made, ends everything. */
  async #edit(next: () => { readonly range: vscode.Range; readonly text: string }): Promise<void> {
    const { document } = this.#editor;
    for (let tries = 0; tries < TRIES && !this.interrupted.aborted; tries++) {
      const { range, text } = next();
      const offset = document.offsetAt(range.start);
      this.#own = { offset, removed: document.offsetAt(range.end) - offset, text };
      this.#arrived = false;
      const done = await this.#apply((edit) => edit.replace(range, text), !this.#begun);
      this.#own = undefined;
      this.#begun ||= this.#arrived;
      if (this.#arrived) return;
      // VS Code reports success for a read-only editor, and failure for one whose document has just changed.
      this.#refused ||= done;
      if (done) break;
    }
    this.#interrupted.abort();
  }

  /** False after a conflict, or where the editor is no longer visible, in which case VS Code rejects. */
  async #apply(change: (edit: vscode.TextEditorEdit) => void, undoStopBefore: boolean): Promise<boolean> {
    try {
      return await this.#editor.edit(change, { undoStopBefore, undoStopAfter: false });
    } catch {
      return false;
    }
  }

  #changed({ document, edits, bySave }: DocumentChange): void {
    if (document !== this.#editor.document) return;
    const [change] = edits;
    const own = this.#own;
    if (own && edits.length === 1 && change.offset === own.offset && change.text === own.text) {
      this.#arrived = true;
      const added = own.text.slice(own.removed);
      this.#offset += added.length;
      this.#text += added;
      return;
    }
    const from = this.#offset - this.#text.length;
    const counted = bySave ? edits.filter(({ offset }) => offset < from) : edits;
    const moved = rangeAfter({ from, to: this.#offset }, counted, 1);
    if (moved === undefined && !isEndOfFile(document, edits)) this.#interrupted.abort();
    else if (moved !== undefined) this.#offset = moved.to;
  }
}

/** The whole character or line break before a position, or after it at the start of the document. */
function characterBeside(document: vscode.TextDocument, at: vscode.Position): vscode.Range {
  const { text } = document.lineAt(at);
  if (at.character > 0) {
    const low = (text.charCodeAt(at.character - 1) & 0xfc00) === 0xdc00;
    return new vscode.Range(at.translate(0, low ? -2 : -1), at);
  }
  if (at.line > 0) return new vscode.Range(document.lineAt(at.line - 1).range.end, at);
  const [first = ''] = text;
  const next = first === '' && document.lineCount > 1 ? new vscode.Position(1, 0) : at.translate(0, first.length);
  return new vscode.Range(at, next);
}

/** Whether the only change was a final newline, as a save may add. */
function isEndOfFile(document: vscode.TextDocument, edits: readonly TextEdit[]) {
  const [{ offset, removed, text }, ...others] = edits;
  const ended = vscode.workspace.getConfiguration('files', document).get('insertFinalNewline');
  return (
    ended && others.length === 0 && removed === 0 && /^\r?\n$/.test(text) && offset + text.length === lengthOf(document)
  );
}

function lengthOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}
