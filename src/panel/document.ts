import * as vscode from 'vscode';
import { editsOf, rangeAfter, type TextRange } from '../core/text/edits';
import { normaliseLineBreaks } from '../core/text/lines';
import type { CursorPlace } from './explainer';

/** The text of a range, with LF line endings. */
export function textIn(document: vscode.TextDocument, range: vscode.Range): string {
  return normaliseLineBreaks(document.getText(range));
}

export function placeOf({ document, selection }: vscode.TextEditor): CursorPlace {
  const cursor = selection.active;
  return {
    uri: document.uri.toString(),
    name: vscode.workspace.asRelativePath(document.uri),
    before: textIn(document, new vscode.Range(new vscode.Position(0, 0), cursor)),
    after: textIn(document, new vscode.Range(cursor, cursor.translate(AFTER_LINES))),
  };
}

/** Lines after the cursor that are read. */
const AFTER_LINES = 20;

/** What the panel needs to know about the editors: which ones the writer used, and how offsets map to positions. */
export interface Editors {
  /** The editor the writer used last, if one is visible. */
  lastEditor(): vscode.TextEditor | undefined;
  /** Of the editors that show this document, the one the writer used last. */
  editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined;
  /** Whether it is an output channel or the like: these are text editors too, but nobody writes in them. */
  isConsole(editor: vscode.TextEditor): boolean;
  /** The offset of a position in the document's text with LF line endings, as the model reads it. */
  offsetAt(document: vscode.TextDocument, position: vscode.Position): number;
  /** The range between two such offsets. */
  rangeOf(document: vscode.TextDocument, from: number, to: number): vscode.Range;
}

/** The editor that shows the document with this URI, if any. */
export function editorAt(uri: string, { editorOf }: Editors): vscode.TextEditor | undefined {
  const document = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  return document && editorOf(document);
}

/** A candidate that the panel inserted into a document. It belongs to the writer once an edit has touched it. */
interface Insertion extends TextRange {
  readonly document: vscode.TextDocument;
}

/** Inserts chosen candidates into documents, and removes them again as long as they are untouched. */
export class Insertions implements vscode.Disposable {
  readonly #editors: Editors;
  readonly #subscriptions: vscode.Disposable;
  #done: readonly Insertion[] = [];

  constructor(editors: Editors) {
    this.#editors = editors;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)),
      vscode.workspace.onDidCloseTextDocument((closed) => {
        this.#done = this.#done.filter(({ document }) => document !== closed);
      }),
    );
  }

  /** The document of the insertion that `undo` would remove next, if there is any. */
  get last(): vscode.TextDocument | undefined {
    return this.#done.at(-1)?.document;
  }

  /** Inserts at an offset and moves the cursor behind the text. Resolves to false if the editor refuses the edit. */
  async insert(editor: vscode.TextEditor, offset: number, text: string): Promise<boolean> {
    const { document } = editor;
    const { rangeOf } = this.#editors;
    const { start } = rangeOf(document, offset, offset);
    if (!(await edited(editor, (edit) => edit.insert(start, text)))) return false;
    const { end } = rangeOf(document, offset, offset + normaliseLineBreaks(text).length);
    editor.selection = new vscode.Selection(end, end);
    this.#done = [...this.#done, { document, from: document.offsetAt(start), to: document.offsetAt(end) }];
    return true;
  }

  /** Removes the document's last insertion. Resolves to false if there is none or the editor refuses the edit. */
  async undo(editor: vscode.TextEditor): Promise<boolean> {
    const { document } = editor;
    const last = this.#done.at(-1);
    if (last?.document !== document) return false;
    this.#done = this.#done.slice(0, -1);
    const range = new vscode.Range(document.positionAt(last.from), document.positionAt(last.to));
    const removed = await edited(editor, (edit) => edit.delete(range));
    if (removed) editor.selection = new vscode.Selection(range.start, range.start);
    return removed;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const edits = editsOf(contentChanges);
    this.#done = this.#done.flatMap((insertion) => {
      if (insertion.document !== document) return [insertion];
      const now = rangeAfter(insertion, edits, 0);
      return now ? [{ document, ...now }] : [];
    });
  }
}

/** Applies an edit. A read-only editor reports success without changing anything, hence the comparison of versions. */
async function edited(editor: vscode.TextEditor, change: (edit: vscode.TextEditorEdit) => void): Promise<boolean> {
  const { version } = editor.document;
  return (await editor.edit(change)) && editor.document.version !== version;
}

/** A gutter icon on the line where the model's context begins; the model cannot see what stands above it. */
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

  /** Marks the start of the context window; marks nothing where the window starts with the document. */
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
