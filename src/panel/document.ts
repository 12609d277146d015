import * as vscode from 'vscode';
import { normaliseLineBreaks } from '../core/text/lines';
import type { CursorPlace } from './explainer';

/** The text of a range, its lines ended by LF. */
export function textIn(document: vscode.TextDocument, range: vscode.Range): string {
  return normaliseLineBreaks(document.getText(range));
}

/** The place of the cursor in an editor. */
export function placeOf({ document, selection }: vscode.TextEditor): CursorPlace {
  const cursor = selection.active;
  return {
    uri: document.uri.toString(),
    name: vscode.workspace.asRelativePath(document.uri),
    before: textIn(document, new vscode.Range(new vscode.Position(0, 0), cursor)),
    after: textIn(document, new vscode.Range(cursor, cursor.translate(AFTER_LINES))),
  };
}

/** Lines after the cursor that are looked at. */
const AFTER_LINES = 20;

/** What the editor tells: which editors the writer has been in, and where offsets of a text are in its document. */
export interface Editors {
  /** The one the writer was in last, if any is on screen. */
  lastEditor(): vscode.TextEditor | undefined;
  /** Of those that show a document the one the writer was in last. */
  editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined;
  /** Output channels and the like are editors too, but nobody writes there. */
  isConsole(editor: vscode.TextEditor): boolean;
  /** The offset of a position in the document's text with LF, as the model reads it. */
  offsetAt(document: vscode.TextDocument, position: vscode.Position): number;
  /** The range from one such offset to another. */
  rangeOf(document: vscode.TextDocument, from: number, to: number): vscode.Range;
}

/** The editor of the document at an address, if one shows it. */
export function editorAt(uri: string, { editorOf }: Editors): vscode.TextEditor | undefined {
  const document = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  return document && editorOf(document);
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
  readonly #editors: Editors;

  constructor(editors: Editors) {
    this.#editors = editors;
  }

  /** Inserts at an offset and moves the cursor behind the text. Resolves to false when the editor refuses. */
  async insert(editor: vscode.TextEditor, offset: number, text: string): Promise<boolean> {
    const { document } = editor;
    const { rangeOf } = this.#editors;
    const inserted = await editor.edit((edit) => edit.insert(rangeOf(document, offset, offset).start, text));
    if (!inserted) return false;
    const { end } = rangeOf(document, offset, offset + text.length);
    editor.selection = new vscode.Selection(end, end);
    this.#done.push({ uri: document.uri.toString(), offset, text });
    return true;
  }

  /** Takes the last insertion out. Resolves to false when there is none or the document has changed there. */
  async undo(): Promise<boolean> {
    const last = this.#done.pop();
    const editor = last && editorAt(last.uri, this.#editors);
    if (!last || !editor) return false;
    const { document } = editor;
    const range = this.#editors.rangeOf(document, last.offset, last.offset + last.text.length);
    if (textIn(document, range) !== normaliseLineBreaks(last.text)) return false;
    const removed = await editor.edit((edit) => edit.delete(range));
    if (removed) editor.selection = new vscode.Selection(range.start, range.start);
    return removed;
  }
}

/** A sign in the gutter of the line where the model's context begins; what stands before it, the model cannot see. */
export class WindowMark implements vscode.Disposable {
  readonly #editors: Pick<Editors, 'rangeOf'>;
  readonly #type: vscode.TextEditorDecorationType;

  constructor(extension: vscode.Uri, editors: Pick<Editors, 'rangeOf'>) {
    this.#editors = editors;
    this.#type = vscode.window.createTextEditorDecorationType({
      gutterIconPath: vscode.Uri.joinPath(extension, 'media', 'window-start.svg'),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('charts.blue'),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
    });
  }

  /** Marks where the window begins; nothing is marked where the model sees the document from its start. */
  show(editor: vscode.TextEditor, start: number, model: string): void {
    const range = this.#editors.rangeOf(editor.document, start, start);
    const hoverMessage = vscode.l10n.t('{0} sees the text from here to the cursor.', model);
    editor.setDecorations(this.#type, start > 0 ? [{ range, hoverMessage }] : []);
  }

  clear(): void {
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#type, []);
  }

  dispose(): void {
    this.#type.dispose();
  }
}
