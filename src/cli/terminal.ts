import { Chalk, type ChalkInstance, supportsColor } from 'chalk';
import { type Command, Option } from 'commander';
import stringWidth from 'string-width';
import { lightMark } from '../pictures/palette';
import { visible } from '../pictures/spelling';

/** Columns where nothing says how wide the output is. */
const WIDTH = 80;
/** 256 colours, where colours are asked for and the terminal does not say what it can. */
const COLOURS_ASKED_FOR = 2;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** What results are printed on. */
export interface Terminal {
  /** Whether people read it as it comes: a terminal, or a pipe that was told to have colours. */
  readonly isRead: boolean;
  /** In columns. */
  readonly width: number;
  /** Paints nothing where there are no colours. */
  readonly paint: ChalkInstance;
}

/** A piece of text with the name of its mark in the palette, if it has one. */
export interface Piece {
  readonly text: string;
  readonly mark?: string;
  /** Whether a line ends behind it. */
  readonly breaks?: boolean;
  /** Whether it belongs to the piece before it, so that no line may end between them. */
  readonly follows?: boolean;
}

/** Marks where a terminal has 16 colours only, whose nearest to those of the palette are all white. */
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

/** Adds `--color` to a program, for all its commands. */
export function withColor(program: Command): Command {
  return program
    .addOption(
      new Option('--color <when>', 'colours in what is printed; NO_COLOR in the environment turns them off')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(new Option('--no-color', 'the same as --color never').hideHelp());
}

/** The standard output of a command. */
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

/** Pieces as lines that fit the terminal; what is wider than a line stands on one of its own. */
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

/** A bar of `columns` columns at most, to an eighth of one. */
export function bar(share: number, columns: number): string {
  const eighths = Math.round(8 * columns * Math.min(1, Math.max(0, share)));
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`;
}

/** A text as people read it, in quotation marks, with white space and controls made visible. */
export function readable(text: string): string {
  return `“${visible(text)}”`;
}

function markWith(paint: ChalkInstance, text: string, mark: string | undefined): string {
  if (mark === undefined) return text;
  if (paint.level === 1) return paint.black[SIXTEEN[mark] ?? 'bgWhite'](text);
  const { text: colour, background } = lightMark(mark);
  return paint.hex(colour).bgHex(background)(text);
}
