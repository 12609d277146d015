import * as vscode from 'vscode';
import type { Place } from './explainer';

/** The place of the cursor in an editor. */
export function placeOf({ document, selection }: vscode.TextEditor): Place {
  const cursor = selection.active;
  return {
    uri: document.uri.toString(),
    name: vscode.workspace.asRelativePath(document.uri),
    before: document.getText(new vscode.Range(new vscode.Position(0, 0), cursor)),
    after: document.getText(new vscode.Range(cursor, cursor.translate(AFTER_LINES))),
  };
}

/** Lines after the cursor that are looked at. */
const AFTER_LINES = 20;

/** The editor that shows a document, if one does. */
export function editorOf(uri: string): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
}

/** Text that the panel put into a document. */
interface Insertion {
  readonly uri: string;
  readonly offset: number;
  readonly text: string;
}

/** Puts chosen candidates into documents, and takes them out again as long as they stand there untouched. */
export class Insertions {
  readonly #done: Insertion[] = [];

  /** Inserts at an offset and moves the cursor behind the text. Resolves to false when the editor refuses. */
  async insert(editor: vscode.TextEditor, offset: number, text: string): Promise<boolean> {
    const { document } = editor;
    const inserted = await editor.edit((edit) => edit.insert(document.positionAt(offset), text));
    if (!inserted) return false;
    const end = document.positionAt(offset + text.length);
    editor.selection = new vscode.Selection(end, end);
    this.#done.push({ uri: document.uri.toString(), offset, text });
    return true;
  }

  /** Takes the last insertion out. Resolves to false when there is none or the document has changed there. */
  async undo(): Promise<boolean> {
    const last = this.#done.pop();
    const editor = last && editorOf(last.uri);
    if (!last || !editor) return false;
    const { document } = editor;
    const start = document.positionAt(last.offset);
    const range = new vscode.Range(start, document.positionAt(last.offset + last.text.length));
    if (document.getText(range) !== last.text) return false;
    const removed = await editor.edit((edit) => edit.delete(range));
    if (removed) editor.selection = new vscode.Selection(start, start);
    return removed;
  }
}
