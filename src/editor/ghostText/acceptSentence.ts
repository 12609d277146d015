import * as vscode from 'vscode';
import { firstSentence } from '../../core/ghostText/accept';
import { textBefore } from '../documentText';

/**
 * Accepts the first sentence of the ghost text. VS Code accepts the whole and does not say which alternative is on
 * screen until it has, so what follows the sentence is taken out again, in the same undo step.
 */
export class AcceptSentence {
  /** The document and version at which a whole accept is to be cut. */
  #pending: { readonly document: vscode.TextDocument; readonly version: number } | undefined;

  async run({ document }: vscode.TextEditor): Promise<void> {
    this.#pending = { document, version: document.version };
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
  }

  /** To be called when a suggestion was accepted as a whole. */
  async accepted(editor: vscode.TextEditor, text: string): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    const asked = pending?.document === editor.document && editor.document.version === pending.version + 1;
    if (!asked) return;
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
}
