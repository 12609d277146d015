import * as vscode from 'vscode';

/**
 * Writes a text into an editor bit by bit, as one undo step. An edit by anyone else in the document ends it: the
 * writer is never fought with.
 */
export class StreamedEdit implements vscode.Disposable {
  #offset: number;
  #pending = '';
  #writing: Promise<void> = Promise.resolve();
  /** The insertion under way, by which its own change event is known. */
  #own: { readonly offset: number; readonly text: string } | undefined;
  #first = true;
  readonly #interrupted = new AbortController();
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly editor: vscode.TextEditor,
    position: vscode.Position,
  ) {
    this.#offset = editor.document.offsetAt(position);
    this.#subscription = vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event));
  }

  /** Fires when the writer edits the document, or it cannot be written to. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  push(text: string): void {
    this.#pending += this.editor.document.eol === vscode.EndOfLine.CRLF ? text.replaceAll(/\r?\n/g, '\r\n') : text;
    this.#writing = this.#writing.then(() => this.#flush());
  }

  /** Resolves when everything pushed is in the document, or given up. */
  finished(): Promise<void> {
    return this.#writing;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    if (text === '' || this.interrupted.aborted) return;
    this.#pending = '';
    this.#own = { offset: this.#offset, text };
    const at = this.editor.document.positionAt(this.#offset);
    const done = await this.editor.edit((edit) => edit.insert(at, text), {
      undoStopBefore: this.#first,
      undoStopAfter: false,
    });
    this.#own = undefined;
    this.#first = false;
    if (!done) this.#interrupted.abort();
    this.#offset += text.length;
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document !== this.editor.document || contentChanges.length === 0) return;
    const [change] = contentChanges;
    const own = this.#own;
    const isOwn = contentChanges.length === 1 && change.rangeOffset === own?.offset && change.text === own.text;
    if (!isOwn) this.#interrupted.abort();
  }
}
