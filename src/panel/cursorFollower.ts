import * as vscode from 'vscode';
import type { Editors } from './document';

/** How long the cursor must rest before it is followed. Longer than the delay of ghost text, which has precedence. */
const PAUSE_MS = 300;

export interface CursorFollowerEvents {
  /** Called when the cursor moved or the text changed; `explain` follows after a pause. */
  onMoved(): void;
  /** Called when there is no text editor to follow. */
  onNothing(): void;
  /**
   * Called when text was selected. Returns true if the selection lies in the text on show, so nothing new needs
   * explaining.
   */
  onSelected(editor: vscode.TextEditor): boolean;
}

type Explain = (editor: vscode.TextEditor, signal: AbortSignal) => Promise<void>;

/** Follows the cursor of the active editor: calls `explain` when it rests, and aborts that call when it moves on. */
export class CursorFollower implements vscode.Disposable {
  readonly #editors: Pick<Editors, 'isConsole'>;
  readonly #explain: Explain;
  readonly #events: CursorFollowerEvents;
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  #running = new AbortController();
  #on = false;

  constructor(editors: Pick<Editors, 'isConsole'>, explain: Explain, events: CursorFollowerEvents) {
    this.#editors = editors;
    this.#explain = explain;
    this.#events = events;
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#selected(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document === vscode.window.activeTextEditor?.document) this.#moved();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.#moved()),
    );
  }

  /** Explains the cursor at once and follows it from now on. */
  start(): void {
    this.#on = true;
    this.#schedule(0);
  }

  /** Explains the cursor again at once, if it is followed. */
  restart(): void {
    if (this.#on) this.#schedule(0);
  }

  stop(): void {
    this.#on = false;
    clearTimeout(this.#timer);
    this.#running.abort();
  }

  dispose(): void {
    this.stop();
    this.#subscriptions.dispose();
  }

  #selected(editor: vscode.TextEditor): void {
    if (!this.#on || editor !== vscode.window.activeTextEditor) return;
    if (!editor.selection.isEmpty && this.#events.onSelected(editor)) return;
    this.#moved();
  }

  #moved(): void {
    if (!this.#on) return;
    this.#events.onMoved();
    this.#schedule(PAUSE_MS);
  }

  #schedule(pause: number): void {
    this.#running.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || this.#editors.isConsole(editor)) {
        this.#events.onNothing();
        return;
      }
      this.#running = new AbortController();
      void this.#explain(editor, this.#running.signal);
    }, pause);
  }
}
