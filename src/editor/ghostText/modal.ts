import * as vscode from 'vscode';

/** Extensions with a mode where keys are commands; each draws a thin cursor while keys are text. */
const modalExtensions = [
  'vscodevim.vim',
  'asvetliakov.vscode-neovim',
  'gregoire.dance',
  'jasew.vscode-helix-emulation',
];

/** Whether keys typed in the editor are commands, as far as an extension's cursor shows it. */
export function isModal(editor: vscode.TextEditor): boolean {
  const thin = [vscode.TextEditorCursorStyle.Line, vscode.TextEditorCursorStyle.LineThin];
  const style = editor.options.cursorStyle;
  return (
    style !== undefined &&
    !thin.includes(style) &&
    modalExtensions.some((id) => vscode.extensions.getExtension(id)?.isActive)
  );
}
