import * as vscode from 'vscode';

/** URI schemes of documents that VS Code shows in text editors but that nobody writes in. */
const CONSOLES = ['output', 'debug', 'vscode-terminal'];

/** Editors on screen that the writer has been in, the last one first. */
let recent: readonly vscode.TextEditor[] = [];

/** Notes from now on which editors the writer goes to: several may show one document. */
export function noteEditors(): vscode.Disposable {
  const note = (editor: vscode.TextEditor | undefined) => {
    if (!editor || isConsole(editor)) return;
    recent = [editor, ...recent.filter((other) => other !== editor && isOnScreen(other))];
  };
  note(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(note);
}

/** The editor the writer is in; still that one while an output channel has the focus. */
export function writersEditor(): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  return active && isConsole(active) ? lastEditor() : active;
}

/** The editor the writer is in, or was in last where the focus has gone to something else. */
export function lastEditor(): vscode.TextEditor | undefined {
  return editors().find((editor) => !isConsole(editor));
}

/** The editor of a document that the writer is in, or was in last, where several show it. */
export function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  return editors().find((editor) => editor.document === document);
}

/** All editors on screen, the writer's first. */
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
