import * as vscode from 'vscode';

/** Extensions with a mode where keys are commands. Each shows it by the shape of the cursor, and by nothing else. */
const MODAL_EXTENSIONS = [
  'vscodevim.vim',
  'asvetliakov.vscode-neovim',
  'gregoire.dance',
  'jasew.vscode-helix-emulation',
];

/** The names that the settings have for the shapes. */
const SHAPES: Readonly<Record<string, vscode.TextEditorCursorStyle>> = {
  line: vscode.TextEditorCursorStyle.Line,
  block: vscode.TextEditorCursorStyle.Block,
  underline: vscode.TextEditorCursorStyle.Underline,
  'line-thin': vscode.TextEditorCursorStyle.LineThin,
  'block-outline': vscode.TextEditorCursorStyle.BlockOutline,
  'underline-thin': vscode.TextEditorCursorStyle.UnderlineThin,
};

/** Whether keys are commands, as far as an extension's cursor tells: one that has the writer's own shape does not. */
export function keysAreCommands({ document, options }: vscode.TextEditor): boolean {
  const { cursorStyle } = options;
  if (cursorStyle === undefined || !MODAL_EXTENSIONS.some((id) => vscode.extensions.getExtension(id)?.isActive)) {
    return false;
  }
  const config = vscode.workspace.getConfiguration('', document);
  const inserting = config.get<Record<string, string>>('vim.cursorStylePerMode')?.insert;
  const forText = [inserting, config.get<string>('editor.cursorStyle')].map((name) => SHAPES[name ?? '']);
  const thin = [vscode.TextEditorCursorStyle.Line, vscode.TextEditorCursorStyle.LineThin];
  return ![...thin, ...forText].includes(cursorStyle);
}
