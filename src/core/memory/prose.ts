import { type BlockState, START } from '../markdown/blockTypes';
import { frontMatterEnd } from '../markdown/dialects';
import { readLine } from '../markdown/syntax';
import { TextLines } from '../text/lines';
import type { Stretch } from './secrets';

/** What a generated file says of itself. In the middle of a sentence it is what a writer says of something else. */
const GENERATED = [
  /@generated\b|\bDO NOT (?:EDIT|MODIFY)\b/,
  // In a comment: of HTML, TeX, AsciiDoc and Typst, reStructuredText.
  /^[ \t]*(?:<!--|%|\/\/|\.\.).*\b(?:auto-?generated|generated (?:by|from|with)|do not (?:edit|modify))\b/im,
  // Where a line begins, and with a capital: one that a writer broke by hand goes on with a small letter.
  /^[ \t#>*_-]*(?:Auto(?:matically |-)?g|G)enerated (?:by|from|with)\b/m,
  /^[ \t#>*_-]*Th(?:is|e) (?:file|page|document|documentation|readme|README) (?:is|was|has been) (?:auto(?:matically |-)?)?generated\b/m,
  /^[ \t#>*_-]*Do not (?:edit|modify)(?:[.!]| this (?:file|page|document)\b)/m,
];
/** Characters at a file's beginning searched for a sign that it was generated. */
const HEAD = 600;
/** Of a text that people wrote, letters and spaces are most. */
const FEWEST_LETTERS = 0.6;
/** No word is as long. Chinese, Japanese and Thai set no spaces. */
const LONG_RUN = /[!-~]{401}/;

/**
 * The prose of a file, whose lines end with LF: without front matter, and in Markdown without fenced code, in a list or
 * quotation too. Nothing where the file was generated or is no prose.
 */
export function proseOf(text: string, markdown: boolean): Stretch[] {
  const front = frontMatterLength(text);
  const head = text.slice(0, front + HEAD);
  if (text === '' || GENERATED.some((mark) => mark.test(head)) || !looksWritten(text)) return [];
  return markdown ? withoutFences(text, front) : [{ offset: front, text: text.slice(front) }];
}

function frontMatterLength(text: string): number {
  let length = 0;
  for (let left = frontMatterEnd(new TextLines(text)); left >= 0; left--) length = behindLine(text, length);
  return length;
}

function behindLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

function looksWritten(text: string): boolean {
  const sample = text.slice(0, 20_000);
  const letters = (sample.match(/[\p{L}\p{M}\s]+/gu) ?? []).reduce((sum, { length }) => sum + length, 0);
  return letters >= sample.length * FEWEST_LETTERS && !LONG_RUN.test(sample);
}

function withoutFences(text: string, from: number): Stretch[] {
  const stretches: Stretch[] = [];
  let state = START;
  let start = from;
  let end = from;
  for (let at = from; at < text.length; at = end) {
    end = behindLine(text, at);
    const { line, next } = readLine(state, text.slice(at, text[end - 1] === '\n' ? end - 1 : end));
    if (line.kind === 'code block' && (isFenced(state) || isFenced(next))) {
      if (at > start) stretches.push({ offset: start, text: text.slice(start, at) });
      start = end;
    }
    state = next;
  }
  if (start < text.length) stretches.push({ offset: start, text: text.slice(start) });
  return stretches;
}

/** Whether fenced code is open. */
function isFenced({ block }: BlockState): boolean {
  return block?.kind === 'code block' && block.end !== '';
}

/** A line break that may be one inside a paragraph. */
const LINE_BREAK = /(?<=[^\s\\])\n(?=[\p{L}\p{N}"'“‘(*_[`])/gu;
/** A line that goes on with no paragraph, of those that `LINE_BREAK` lets pass: an item of a list, a fence. */
const BEGINS_ANEW = /^(?:\*[ \t]|\d{1,9}[.)][ \t]|```)/;
/** A line that no paragraph goes on after: a heading, a fence, a rule. */
const STANDS_ALONE = /^ {0,3}(?:#{1,6}[ \t]|```|~~~)|^[^\p{L}\p{N}]*$/u;
/** Characters of a line examined to classify it. */
const REACH = 12;

/**
 * A text with its paragraphs on one line each, as the model is given it, so that a phrase is known wherever the writer
 * breaks lines, and no line break is expected inside one. Headings, items of lists and fences keep lines of their own.
 * Every character keeps its place.
 */
export function unwrapped(text: string): string {
  return text.replace(LINE_BREAK, (found, at: number) => {
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    const isSoft = !BEGINS_ANEW.test(text.slice(at + 1, at + 1 + REACH)) && !STANDS_ALONE.test(line);
    return isSoft ? ' ' : found;
  });
}
