/** What Inkling knows of Markdown: where the cursor is, what the model reads there, and how a suggestion must look. */

import type { Style } from '../completion/style';
import { type LinePosition, splitLines, textBetween, windowStart } from '../text/lines';
import { beginsItem, blocksBetween } from './blocks';
import { type Construct, constructOf } from './construct';
import { type MarkdownDocument, stateAfter } from './document';
import { plainText } from './plainText';
import { styleOf } from './suggestionStyle';
import { readLine } from './syntax';

export type { Construct, ConstructKind } from './construct';
export { MarkdownDocument } from './document';
export { withoutMarks } from './plainText';

/** Whether a file is Markdown, by its name. */
export function isMarkdownFile(path: string): boolean {
  return /\.(?:md|markdown|mdx)$/i.test(path);
}

/** The cursor's place in a Markdown document, and what to ask the model there. */
export interface Reading {
  readonly construct: Construct;
  readonly request: { readonly prefix: string; readonly style: Style };
}

/** How far back a document is read, in UTF-16 units: more than GPT-2's window holds, whatever markup is left out. */
const WIDTH = 16_384;
/** How much of the block is read after the cursor, in UTF-16 units. */
const AFTER = 1000;
/** A longer line is a paragraph of its own: it need not be read to its end to know the lines after it. */
const LONGEST_LINE = 4000;

/** Reads the document at a position, or at an offset in UTF-16 units. Outside of prose the text is unchanged. */
export function readMarkdown(document: MarkdownDocument, place: LinePosition | number): Reading {
  const at = typeof place === 'number' ? document.lines.positionAt(place) : place;
  const start = windowStart(document.lines, at, WIDTH, (line) => document.stateBefore(line).block === null);
  const blocks = blocksBetween(document, start, at);
  const construct = constructOf(blocks[blocks.length - 1], textAfter(document, at));
  if (!construct.prose) return { construct, request: { prefix: textBetween(document.lines, start, at), style: {} } };
  const { text, prose, endsInline } = plainText(blocks, construct);
  const atMarker = beginsItem(document, at);
  const prefix = atMarker ? text.trimEnd() : text;
  return { construct, request: { prefix, style: styleOf(blocks, construct, prose, endsInline, atMarker) } };
}

/** The rest of the line, and of its block the lines after it. */
function textAfter(document: MarkdownDocument, at: LinePosition): string {
  const line = document.lines.line(at.line);
  const [rest, ...others] = splitLines(line.slice(at.character, at.character + AFTER));
  if (line.length > LONGEST_LINE) return rest;
  let text = rest;
  let state =
    others.length === 0
      ? document.stateBefore(at.line + 1)
      : stateAfter(document.stateBefore(at.line), line.slice(0, at.character) + rest);
  for (const next of linesAfter(document, at, others)) {
    if (text.length >= AFTER) break;
    const read = readLine(state, next);
    if (read.line.first || read.line.kind === 'underline') break;
    text += `\n${next.slice(read.line.from, read.line.to)}`;
    state = read.next;
  }
  return text;
}

/** @param others the lines that Unicode's separators make of the rest of the cursor's line */
function* linesAfter({ lines }: MarkdownDocument, { line }: LinePosition, others: readonly string[]) {
  yield* others;
  for (let next = line + 1; next < lines.count; next++) yield* splitLines(lines.line(next).slice(0, AFTER));
}
