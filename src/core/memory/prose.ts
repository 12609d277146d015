import type { Stretch } from './secrets';

const FRONT_MATTER =
  /^\uFEFF?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)|^\uFEFF?\+\+\+[ \t]*\r?\n[\s\S]*?\r?\n\+\+\+[ \t]*(?:\r?\n|$)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
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
 * The prose of a file: without front matter, and in Markdown without fenced code. Nothing where the file was generated
 * or is no prose.
 */
export function proseOf(text: string, markdown: boolean): Stretch[] {
  const front = FRONT_MATTER.exec(text)?.[0].length ?? 0;
  const head = text.slice(0, front + HEAD);
  if (text === '' || GENERATED.some((mark) => mark.test(head)) || !looksWritten(text)) return [];
  return markdown ? withoutFences(text, front) : [{ offset: front, text: text.slice(front) }];
}

function looksWritten(text: string): boolean {
  const sample = text.slice(0, 20_000);
  const letters = (sample.match(/[\p{L}\p{M}\s]+/gu) ?? []).reduce((sum, { length }) => sum + length, 0);
  return letters >= sample.length * FEWEST_LETTERS && !LONG_RUN.test(sample);
}

function withoutFences(text: string, from: number): Stretch[] {
  const stretches: Stretch[] = [];
  let start = from;
  let fence = '';
  for (let at = from; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline + 1;
    const mark = FENCE.exec(text.slice(at, end))?.[1];
    if (fence === '' && mark !== undefined) {
      if (at > start) stretches.push({ offset: start, text: text.slice(start, at) });
      fence = mark;
    } else if (mark?.startsWith(fence) && text.slice(at, end).trim() === mark) {
      fence = '';
      start = end;
    }
    at = end;
  }
  if (fence === '' && start < text.length) stretches.push({ offset: start, text: text.slice(start) });
  return stretches;
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
