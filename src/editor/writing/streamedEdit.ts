import * as vscode from 'vscode';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { shifted } from '../edits';

/** How often an insertion is tried that met with another edit. */
const TRIES = 10;

/**
 * Writes a text into an editor bit by bit, as one undo step. An edit by the writer at this text ends it: the writer is
 * never fought with. Edits elsewhere, and those of a save, only move it.
 */
export class StreamedEdit implements vscode.Disposable {
  readonly #editor: vscode.TextEditor;
  readonly #start: number;
  /** Where the text goes on. */
  #offset: number;
  #text = '';
  #pending = '';
  #writing: Promise<void> = Promise.resolve();
  /** The insertion under way, by which its own change event is known. */
  #own: { readonly offset: number; readonly text: string } | undefined;
  /** Whether the insertion under way has shown in the document. */
  #arrived = false;
  #refused = false;
  readonly #interrupted = new AbortController();
  readonly #subscription: vscode.Disposable;

  constructor(editor: vscode.TextEditor, position: vscode.Position, changes: DocumentChanges) {
    this.#editor = editor;
    this.#start = editor.document.offsetAt(position);
    this.#offset = this.#start;
    this.#subscription = changes.listen((change) => this.#changed(change));
  }

  /** Fires when the writer edits the text, or the document cannot be written to. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  get usesCrLf(): boolean {
    return this.#editor.document.eol === vscode.EndOfLine.CRLF;
  }

  /** The editor takes no text: its document is read-only. */
  get refused(): boolean {
    return this.#refused;
  }

  /** The range of what was written; undefined when the document has changed there since. */
  get written(): vscode.Range | undefined {
    const { document } = this.#editor;
    const start = this.#offset - this.#text.length;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(this.#offset));
    return document.getText(range) === this.#text ? range : undefined;
  }

  push(text: string): void {
    this.#pending += this.usesCrLf ? text.replaceAll(/\r?\n/g, '\r\n') : text;
    this.#writing = this.#writing.then(() => this.#flush());
  }

  /** Resolves when everything pushed is in the document, or given up. */
  finished(): Promise<void> {
    return this.#writing;
  }

  /** Takes the last characters of what was written out again. */
  async takeBack(length: number): Promise<void> {
    const { written } = this;
    if (written === undefined || length === 0) return;
    const from = this.#editor.document.positionAt(this.#offset - length);
    await this.#editor.edit((edit) => edit.delete(new vscode.Range(from, written.end)), {
      undoStopBefore: false,
      undoStopAfter: false,
    });
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
    for (let tries = 0; tries < TRIES && !this.interrupted.aborted; tries++) {
      this.#own = { offset: this.#offset, text };
      this.#arrived = false;
      const at = this.#editor.document.positionAt(this.#offset);
      const done = await this.#editor.edit((edit) => edit.insert(at, text), {
        undoStopBefore: this.#text === '',
        undoStopAfter: false,
      });
      this.#own = undefined;
      if (this.#arrived) return;
      // A read-only editor says that it has done it; one whose document was just changed says that it has not.
      this.#refused ||= done;
      if (done) break;
    }
    this.#interrupted.abort();
  }

  #changed({ document, replaced, bySave }: DocumentChange): void {
    if (document !== this.#editor.document) return;
    const [change] = replaced;
    const own = this.#own;
    if (own && replaced.length === 1 && change.offset === own.offset && change.text === own.text) {
      this.#arrived = true;
      this.#offset += own.text.length;
      this.#text += own.text;
      return;
    }
    const from = this.#offset - this.#text.length;
    const moved = shifted(from, this.#offset, bySave ? replaced.filter(({ offset }) => offset < from) : replaced);
    if (moved === undefined && !isEndOfFile(document, replaced)) this.#interrupted.abort();
    else if (moved !== undefined) this.#offset = moved;
  }
}

/** Whether all that was done was to end the last line, as a save may. */
function isEndOfFile(
  document: vscode.TextDocument,
  replaced: readonly { offset: number; removed: number; text: string }[],
) {
  const [{ offset, removed, text }, ...others] = replaced;
  const ended = vscode.workspace.getConfiguration('files', document).get('insertFinalNewline');
  return (
    ended && others.length === 0 && removed === 0 && /^\r?\n$/.test(text) && offset + text.length === lengthOf(document)
  );
}

function lengthOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}
