import type { Block } from './blocks';
import { TEXT_BLOCKS } from './blockTypes';
import type { Construct } from './construct';
import { readInline } from './inline';
import { type Cut, inTextOrder } from './inlineTypes';

/** Text to read from a document. */
export interface PlainText {
  /** For the model: words, headings, the markers of lists. */
  readonly text: string;
  /** For the writer's habits: the prose alone, code, formulas and addresses each being one `OBJECT`. */
  readonly prose: string;
  /** Whether emphasis, code, a link or an element ends where the text does. */
  readonly endsInline: boolean;
}

/** Replaces inline content without words: Unicode's object replacement character. */
const OBJECT = '\uFFFC';

/**
 * The blocks before the cursor as the model is to read them. Addresses, code, HTML, comments, formulas in blocks, front
 * matter, images, footnote signs and the signs of emphasis, quotes and links are left out, tables too unless the cursor
 * is in one, and a paragraph is one line.
 */
export function plainText(blocks: readonly Block[], { open }: Construct): PlainText {
  let text = '';
  let prose = '';
  let gap = false;
  let endsInline = false;
  for (const [i, block] of blocks.entries()) {
    const last = i === blocks.length - 1;
    if (!TEXT_BLOCKS.has(block.kind) || (block.kind === 'table' && !last)) {
      gap = true;
      continue;
    }
    const { cuts, verbatim } = readInline(block.text, last ? '' : undefined);
    if (last) endsInline = cuts.some((cut) => isCloser(cut, block.text));
    const all = last ? merged(cuts, open.map(openerCut)) : cuts;
    const separator = text === '' ? '' : gap ? '\n\n' : '\n';
    const content = tidy(block.kind === 'table' ? rows(block.text, all) : apply(block.text, all), last);
    // White space alone begins no text, unless it is all there is.
    text += separator + (text === '' && content.trim() !== '' ? block.lead.trimStart() : block.lead) + content;
    prose += `${separator}${apply(block.text, merged(all, verbatim.map(objectCut)))}`;
    gap = false;
  }
  return { text, prose, endsInline };
}

/** What may begin in the middle of a word: an element, as in `H<sub>2`. */
const OPENS = /^<[A-Za-z]/;

/** Whether a cut takes out what closes something at the end of a text. */
function isCloser({ from, to, put }: Cut, text: string): boolean {
  return to === text.length && from > 0 && put === '' && !OPENS.test(text.slice(from, to));
}

/** A passage of a document on one line, without its marks: those of headings, quotes, lists, emphasis, links and code. */
export function withoutMarks(passage: string): string {
  const marks = /^[ \t]*(?:(?:#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]+)+/gm;
  const text = passage.replace(marks, '');
  return apply(text, readInline(text).cuts).replaceAll(/\s+/g, ' ').trim();
}

function openerCut({ from, contentFrom }: { readonly from: number; readonly contentFrom: number }): Cut {
  return { from, to: contentFrom, put: '' };
}

function objectCut([from, to]: readonly [number, number]): Cut {
  return { from, to, put: OBJECT };
}

function merged(cuts: readonly Cut[], others: readonly Cut[]): Cut[] {
  return [...cuts, ...others].sort(inTextOrder);
}

/** The text with its cuts carried out, but for those of line breaks: each row of a table stays a line. */
function rows(text: string, cuts: readonly Cut[]): string {
  return apply(
    text,
    cuts.filter(({ from, to, put }) => put !== ' ' || !text.slice(from, to).includes('\n')),
  );
}

/** Removes the cuts from a text. A cut inside another one is ignored. */
function apply(text: string, cuts: readonly Cut[]): string {
  let done = '';
  let at = 0;
  for (const { from, to, put } of cuts) {
    if (from < at) continue;
    done += text.slice(at, from) + put;
    at = to;
  }
  return done + text.slice(at);
}

/**
 * Removes the white space that cuts leave behind.
 * @param written whether more is going to be written at the end, which is then kept
 */
function tidy(text: string, written: boolean): string {
  let done = '';
  let at = 0;
  for (let gap = nextGap(text, 0); gap !== undefined; gap = nextGap(text, at)) {
    done += text.slice(at, gap.from);
    at = gap.to;
    const atEnd = gap.to === text.length;
    const atLineEdge = gap.from === 0 || text[gap.from - 1] === '\n' || text[gap.to] === '\n';
    if (atEnd && written) done += text.slice(gap.from, gap.to);
    else if (!atEnd && !atLineEdge) done += text[gap.from];
  }
  return done + text.slice(at);
}

/** The next run of white space within a line that is longer than one character or at the line's edge. */
function nextGap(text: string, from: number): { readonly from: number; readonly to: number } | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] !== ' ' && text[at] !== '\t') continue;
    let to = at + 1;
    while (text[to] === ' ' || text[to] === '\t') to++;
    const edge = at === 0 || text[at - 1] === '\n' || to === text.length || text[to] === '\n';
    if (edge || to - at > 1) return { from: at, to };
    at = to;
  }
  return undefined;
}
