/** Extensions with a mode where keys are commands. Each shows it by the shape of the cursor, and by nothing else. */
export const MODAL_EXTENSIONS: readonly string[] = [
  'vscodevim.vim',
  'asvetliakov.vscode-neovim',
  'gregoire.dance',
  'jasew.vscode-helix-emulation',
];

/** The shapes of a cursor, named as by the setting `editor.cursorStyle`. */
export const CURSOR_SHAPES = ['line', 'block', 'underline', 'line-thin', 'block-outline', 'underline-thin'] as const;
export type CursorShape = (typeof CURSOR_SHAPES)[number];

/** What an editor's cursor tells where keys may be commands. */
export interface ModalCursor {
  /** The extensions of `MODAL_EXTENSIONS` that are active. */
  readonly extensions: readonly string[];
  /** The current cursor shape; undefined where unknown. */
  readonly shape: CursorShape | undefined;
  /** The writer's `editor.cursorStyle`, and what `vim.cursorStylePerMode` says of insert mode, if anything. */
  readonly chosen: string | undefined;
  readonly inserting: string | undefined;
}

/**
 * Whether keys are commands. Only where such an extension is at work, and never while the cursor has the shape that the
 * writer writes with: who has chosen a block for text is not in command mode because of a block.
 */
export function keysAreCommands({ extensions, shape, chosen, inserting }: ModalCursor): boolean {
  if (extensions.length === 0 || shape === undefined) return false;
  return !['line', 'line-thin', chosen, inserting].includes(shape);
}
