import * as vscode from 'vscode';
import { firstSentence } from '../../core/ghostText/remainder';
import type { DocumentChanges } from '../documentChanges';
import { textBefore } from '../documentText';

const CONTEXT = 'inkling.justAccepted';
/** How long a second Tab may follow the first and still be meant for ghost text. */
const GUARD_MS = 600;

/** Handles accepted suggestions, as a whole or only their first sentence. */
export class Accepting implements vscode.Disposable {
  /** The document and version in which an accepted suggestion is to be cut. */
  #sentence: { readonly document: vscode.TextDocument; readonly version: number } | undefined;
  /** The document whose next change ends the guard. */
  #guarded: vscode.TextDocument | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #subscription: vscode.Disposable;

  constructor(changes: DocumentChanges) {
    this.#subscription = changes.listen(({ document }) => document === this.#guarded && this.#endGuard());
  }

  /**
   * Accepts the first sentence of the ghost text. VS Code accepts the whole, and reveals only then which alternative
   * was on screen, so the text after the sentence is removed again in the same undo step.
   */
  async acceptSentence({ document }: vscode.TextEditor): Promise<void> {
    this.#sentence = { document, version: document.version };
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
  }

  /** Call when a suggestion was accepted as a whole. */
  async accepted(editor: vscode.TextEditor | undefined, text: string): Promise<void> {
    this.#guard(editor?.document);
    const pending = this.#sentence;
    this.#sentence = undefined;
    if (!editor || pending?.document !== editor.document) return;
    if (editor.document.version === pending.version + 1) await this.#cutToSentence(editor, text);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#endGuard();
  }

  async #cutToSentence(editor: vscode.TextEditor, text: string): Promise<void> {
    const end = editor.selection.active;
    const before = textBefore(editor.document, end.translate(0, -text.length));
    const rest = text.length - firstSentence(before, text).length;
    if (rest === 0) return;
    await editor.edit((edit) => edit.delete(new vscode.Range(end.translate(0, -rest), end)), {
      undoStopBefore: false,
      undoStopAfter: true,
    });
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /**
   * Guards the time until the next suggestion appears: a second Tab is swallowed instead of inserted. Typing ends it.
   */
  #guard(document: vscode.TextDocument | undefined): void {
    this.#guarded = document;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#endGuard(), GUARD_MS);
    vscode.commands.executeCommand('setContext', CONTEXT, true);
  }

  #endGuard(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    vscode.commands.executeCommand('setContext', CONTEXT, false);
  }
}
