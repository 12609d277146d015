import * as vscode from 'vscode';

/** URI schemes of documents that VS Code shows in text editors but that nobody writes in. */
const CONSOLES = ['output', 'debug', 'vscode-terminal'];

/** Visible editors that the writer used, most recent first. */
let recent: readonly vscode.TextEditor[] = [];

/** Starts tracking which editors the writer uses, as several may show one document. */
export function noteEditors(): vscode.Disposable {
  const note = (editor: vscode.TextEditor | undefined) => {
    if (!editor || isConsole(editor)) return;
    recent = [editor, ...recent.filter((other) => other !== editor && isOnScreen(other))];
  };
  note(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(note);
}

/** The editor that the writer uses; unchanged while an output channel has the focus. */
export function writersEditor(): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  return active && isConsole(active) ? lastEditor() : active;
}

/** The editor that the writer uses, or the last one if the focus is elsewhere. */
export function lastEditor(): vscode.TextEditor | undefined {
  return editors().find((editor) => !isConsole(editor));
}

/** Of the editors that show a document, the one that the writer used last. */
export function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  return editors().find((editor) => editor.document === document);
}

/** All visible editors, most recently used first. */
function editors(): vscode.TextEditor[] {
  const active = vscode.window.activeTextEditor;
  return [...(active ? [active] : []), ...recent.filter(isOnScreen), ...vscode.window.visibleTextEditors];
}

function isOnScreen(editor: vscode.TextEditor): boolean {
  return vscode.window.visibleTextEditors.includes(editor);
}

/** Whether an editor shows such a document. */
export function isConsole({ document }: vscode.TextEditor): boolean {
  return CONSOLES.includes(document.uri.scheme);
}
