import { Chalk, type ChalkInstance, supportsColor } from 'chalk';
import { type Command, Option } from 'commander';
import stringWidth from 'fast-string-width';
import { lightMark } from '../pictures/palette';
import { visible } from '../pictures/spelling';

/** Width where the output has no columns. */
const WIDTH = 80;
/** Chalk's level for 256 colours, used where colours are requested but the terminal's support is unknown. */
const COLOURS_ASKED_FOR = 2;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The output that results are printed to. */
export interface Terminal {
  /** Whether a person reads it: a terminal, or a pipe with forced colours. */
  readonly isRead: boolean;
  /** In columns. */
  readonly width: number;
  /** Returns text unchanged where there are no colours. */
  readonly paint: ChalkInstance;
}

/** A piece of text, with its mark in the palette if it has one. */
export interface Piece {
  readonly text: string;
  readonly mark?: string;
  /** Whether a line break follows. */
  readonly breaks?: boolean;
  /** Whether it must stay on the line of the piece before it. */
  readonly follows?: boolean;
}

/** Marks for terminals with 16 colours, where the nearest colour to every tint of the palette is white. */
const SIXTEEN: Readonly<Record<string, 'bgWhite' | 'bgCyan' | 'bgYellow' | 'bgMagenta' | 'bgRed' | 'bgGreen'>> = {
  box: 'bgWhite',
  l0: 'bgCyan',
  l1: 'bgYellow',
  l2: 'bgMagenta',
  l3: 'bgRed',
  r0: 'bgGreen',
  r1: 'bgYellow',
  r2: 'bgRed',
  r3: 'bgMagenta',
};

/** Adds the global option `--color`. */
export function withColor(program: Command): Command {
  return program
    .addOption(
      new Option('--color <when>', 'colours in what is printed; NO_COLOR in the environment turns them off')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(new Option('--no-color', 'the same as --color never').hideHelp());
}

/** The terminal that a command prints to. */
export function terminalOf(command: Command): Terminal {
  const { color } = command.optsWithGlobals<{ color: 'auto' | 'always' | 'never' | false }>();
  const { isTTY, columns } = process.stdout;
  const { NO_COLOR, FORCE_COLOR, COLUMNS } = process.env;
  const forced = color === 'always' || (color === 'auto' && FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
  const automatic = color === 'auto' && isTTY && !NO_COLOR && FORCE_COLOR !== '0';
  const can = supportsColor === false ? 0 : supportsColor.level;
  const level = forced ? Math.max(can, COLOURS_ASKED_FOR) : automatic ? can : 0;
  return {
    isRead: isTTY || forced,
    width: Math.max(20, columns ?? (Number(COLUMNS) || WIDTH)),
    paint: new Chalk({ level: level as 0 | 1 | 2 | 3 }),
  };
}

/** Wraps pieces to the terminal's width; a piece wider than a line gets one of its own. */
export function wrapPieces({ paint, width }: Terminal, pieces: readonly Piece[]): string {
  let column = 0;
  let out = '';
  for (const [i, { text, mark, breaks, follows }] of pieces.entries()) {
    const needed = stringWidth(text);
    if (text === ' ' && (column === 0 || column >= width)) continue;
    if (column > 0 && column + (follows ? needed : widthWithFollowers(pieces, i)) > width) {
      out += '\n';
      column = 0;
    }
    out += markWith(paint, text, mark);
    column += needed;
    if (breaks) {
      out += '\n';
      column = 0;
    }
  }
  return column > 0 ? `${out}\n` : out;
}

function widthWithFollowers(pieces: readonly Piece[], from: number): number {
  let total = stringWidth(pieces[from].text);
  for (let i = from + 1; pieces[i]?.follows; i++) total += stringWidth(pieces[i].text);
  return total;
}

/** A bar of up to `columns` columns, in steps of an eighth. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(8 * columns * Math.min(1, Math.max(0, share)));
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`;
}

/** A text in quotation marks, with white space and control characters made visible. */
export function readable(text: string): string {
  return `“${visible(text)}”`;
}

function markWith(paint: ChalkInstance, text: string, mark: string | undefined): string {
  if (mark === undefined) return text;
  if (paint.level === 1) return paint.black[SIXTEEN[mark] ?? 'bgWhite'](text);
  const { text: colour, background } = lightMark(mark);
  return paint.hex(colour).bgHex(background)(text);
}
