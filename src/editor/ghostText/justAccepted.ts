import * as vscode from 'vscode';

const CONTEXT = 'inkling.justAccepted';
/** How long a second Tab may follow the first and still be meant for ghost text. */
const GUARD_MS = 600;

/**
 * Guards the moments after an accept, when nothing is suggested yet: a second Tab then goes nowhere instead of into
 * the text. Typing ends it.
 */
export class JustAccepted implements vscode.Disposable {
  #timer: NodeJS.Timeout | undefined;
  readonly #subscription = vscode.workspace.onDidChangeTextDocument(({ contentChanges }) => {
    if (contentChanges.length > 0) this.#end();
  });

  begin(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), GUARD_MS);
    vscode.commands.executeCommand('setContext', CONTEXT, true);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#end();
  }

  #end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    vscode.commands.executeCommand('setContext', CONTEXT, false);
  }
}
