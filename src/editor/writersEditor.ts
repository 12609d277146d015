import * as vscode from 'vscode';

/** Schemes of what VS Code shows in a text editor, though nobody writes there. */
const CONSOLES = ['output', 'debug', 'vscode-terminal'];

/** The editor the writer is in; still that one while an output channel has the focus. */
export function writersEditor(): vscode.TextEditor | undefined {
  const isConsole = ({ document }: vscode.TextEditor) => CONSOLES.includes(document.uri.scheme);
  const active = vscode.window.activeTextEditor;
  if (!active || !isConsole(active)) return active;
  return vscode.window.visibleTextEditors.find((editor) => !isConsole(editor));
}
