import * as vscode from 'vscode';

/** A sign in the gutter of the line where the model's context begins; what stands before it, the model cannot see. */
export class WindowMark implements vscode.Disposable {
  readonly #type: vscode.TextEditorDecorationType;

  constructor(extension: vscode.Uri) {
    this.#type = vscode.window.createTextEditorDecorationType({
      gutterIconPath: vscode.Uri.joinPath(extension, 'media', 'window-start.svg'),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('charts.blue'),
      overviewRulerLane: vscode.OverviewRulerLane.Left,
    });
  }

  /** Marks where the window begins; nothing is marked where the model sees the document from its start. */
  show(editor: vscode.TextEditor, start: number): void {
    const at = editor.document.positionAt(start);
    const hoverMessage = 'GPT-2 sees the text from here to the cursor.';
    editor.setDecorations(this.#type, start > 0 ? [{ range: new vscode.Range(at, at), hoverMessage }] : []);
  }

  clear(): void {
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#type, []);
  }

  dispose(): void {
    this.#type.dispose();
  }
}
