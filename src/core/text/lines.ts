/** What ends a line in a document: LF, CRLF, a lone CR, and Unicode's line and paragraph separators. */
const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g;

/** The text with every line break as LF: the form in which all of Inkling reads text. */
export function normaliseLineBreaks(text: string): string {
  return /[\r\u2028\u2029]/.test(text) ? text.replace(LINE_BREAK, '\n') : text;
}

/** The lines of a text without their ends; at least one. */
export function splitLines(text: string): string[] {
  return text.split(LINE_BREAK);
}

/** A place in a text, in lines and UTF-16 units, both from 0. VS Code's positions are such places. */
export interface LinePosition {
  readonly line: number;
  readonly character: number;
}

/** A text by its lines, so that a long one need not be copied to be read near a place. */
export interface Lines {
  readonly count: number;
  /** A line without its end. */
  line(index: number): string;
  /** Where a line begins, in UTF-16 units, the end of each line before it counting as one whatever it is. */
  start(index: number): number;
  /** The place at an offset of the text, in UTF-16 units. */
  positionAt(offset: number): LinePosition;
}

/** Says how a file is encoded, and belongs to no line. */
const BYTE_ORDER_MARK = '\uFEFF';

/** The lines of a string. */
export class TextLines implements Lines {
  readonly #lines: string[];
  /** Where each line begins in the string, and where it would if each end were one unit. */
  readonly #offsets: number[] = [0];
  readonly #starts: number[] = [0];

  constructor(readonly text: string) {
    this.#lines = splitLines(text);
    if (text.startsWith(BYTE_ORDER_MARK)) {
      this.#lines[0] = this.#lines[0].slice(1);
      this.#offsets[0] = 1;
    }
    for (const { 0: end, index } of text.matchAll(LINE_BREAK)) {
      const line = this.#offsets.length - 1;
      this.#starts.push(this.#starts[line] + index - this.#offsets[line] + 1);
      this.#offsets.push(index + end.length);
    }
  }

  get count(): number {
    return this.#lines.length;
  }

  line(index: number): string {
    return this.#lines[index];
  }

  start(index: number): number {
    return this.#starts[index];
  }

  /** An offset inside a line break maps to the end of the line before it. */
  positionAt(offset: number): LinePosition {
    const line = lastAtMost(this.#offsets.length, (index) => this.#offsets[index], offset);
    const character = Math.max(0, offset - this.#offsets[line]);
    return { line, character: Math.min(character, this.#lines[line].length) };
  }
}

/** A document as an editor has it. VS Code's documents are such. */
export interface EditorDocument {
  readonly lineCount: number;
  /** Units of a line's end: 1 for LF, 2 for CRLF, as VS Code numbers them. */
  readonly eol: number;
  lineAt(line: number): { readonly text: string };
}

/** The lines of an editor's document. */
export class EditorLines implements Lines {
  readonly #document: EditorDocument;
  readonly #offsetOf: (line: number) => number;

  /** @param offsetOf where a line begins in the document, its lines' ends counting as they are */
  constructor(document: EditorDocument, offsetOf: (line: number) => number) {
    this.#document = document;
    this.#offsetOf = offsetOf;
  }

  get count(): number {
    return this.#document.lineCount;
  }

  line(index: number): string {
    return this.#document.lineAt(index).text;
  }

  start(index: number): number {
    return this.#offsetOf(index) - index * (this.#document.eol - 1);
  }

  positionAt(offset: number): LinePosition {
    return placeAt(this, offset);
  }
}

/** The offset of a place, each line's end counting as one unit; a place behind the text is at its end. */
export function offsetOf(lines: Lines, { line, character }: LinePosition): number {
  const last = Math.min(line, lines.count - 1);
  const { length } = lines.line(last);
  return lines.start(last) + (line > last ? length : Math.min(character, length));
}

/** The place at an offset that counts each line's end as one unit. */
export function placeAt(lines: Lines, offset: number): LinePosition {
  const line = lastAtMost(lines.count, (index) => lines.start(index), offset);
  return { line, character: Math.min(offset - lines.start(line), lines.line(line).length) };
}

/** The index of the last of `count` rising numbers that does not exceed `limit`; 0 where all do. */
function lastAtMost(count: number, number: (index: number) => number, limit: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (number(middle) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Where to start reading the text before `end`, so that a key costs the same in long and short texts: between one and
 * two `width` UTF-16 units before it, or at the start of the text. The result is stable while half a width is written.
 * Prefers the start of a line that `fits`, then of any line, then a place before a space.
 */
export function windowStart(
  lines: Lines,
  end: LinePosition,
  width: number,
  fits?: (line: number) => boolean,
): LinePosition {
  const step = Math.ceil(width / 2);
  const offset = lines.start(end.line) + end.character;
  if (offset <= width + step) return { line: 0, character: 0 };
  const from = Math.floor((offset - width) / step) * step;
  const first = lastAtMost(end.line + 1, (index) => lines.start(index), from);
  let found: number | undefined;
  for (let line = first + 1; line <= end.line && lines.start(line) <= from + step; line++) {
    if (fits === undefined || fits(line)) return { line, character: 0 };
    found ??= line;
  }
  return found === undefined ? inLine(lines, first, from, step) : { line: found, character: 0 };
}

function inLine(lines: Lines, line: number, from: number, step: number): LinePosition {
  const text = lines.line(line);
  const at = Math.min(from - lines.start(line), text.length);
  const space = text.slice(at, at + step).indexOf(' ');
  return { line, character: space < 0 ? wholeCharacter(text, at) : at + space };
}

/** The offset, or the next one where it would cut a character of two units. */
export function wholeCharacter(text: string, at: number): number {
  const second = (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return second ? at + 1 : at;
}

/** The last `length` units of a text, or one less where they would begin inside a character. */
export function endOf(text: string, length: number): string {
  return text.length > length ? text.slice(wholeCharacter(text, text.length - length)) : text;
}

/** The text from one place to another, its lines joined by LF. */
export function textBetween(lines: Lines, from: LinePosition, to: LinePosition): string {
  if (from.line === to.line) return normaliseLineBreaks(lines.line(to.line).slice(from.character, to.character));
  const parts = [lines.line(from.line).slice(from.character)];
  for (let line = from.line + 1; line < to.line; line++) parts.push(lines.line(line));
  parts.push(lines.line(to.line).slice(0, to.character));
  return normaliseLineBreaks(parts.join('\n'));
}

/** A part of a text that was replaced, by the lines in which it stood. */
export interface Replacement {
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly text: string;
}

/** Lines that became others. */
export interface ChangedLines {
  readonly first: number;
  readonly removed: number;
  readonly added: number;
}

/** Line endings recognised by editors. */
const EDITOR_LINE_BREAK = /\r\n|[\n\r]/g;

/** The lines from the first to the last that the replacements of one edit touched, all counted in the text before it. */
export function changedLines(replacements: readonly Replacement[]): ChangedLines {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  let grown = 0;
  for (const { range, text } of replacements) {
    first = Math.min(first, range.start.line);
    last = Math.max(last, range.end.line);
    grown += (text.match(EDITOR_LINE_BREAK)?.length ?? 0) - (range.end.line - range.start.line);
  }
  const removed = last - first + 1;
  return { first, removed, added: removed + grown };
}
