/** What Inkling knows of Markdown: where the cursor is, what the model reads there, and how a suggestion must look. */
import { type LinePosition, textBetween, windowStart } from '../text/lines';
import type { Style } from '../text/style';
import { blocksBetween } from './blocks';
import { type Construct, constructOf } from './construct';
import type { MarkdownDocument } from './document';
import { plainText } from './plainText';
import { styleOf } from './style';

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
/** What follows the cursor in its block is read so far. */
const AFTER = 1000;

/** Reads the document at a place, or at an offset in UTF-16 units. In what is no prose the text is left as it is. */
export function readMarkdown(document: MarkdownDocument, place: LinePosition | number): Reading {
  const at = typeof place === 'number' ? document.lines.positionAt(place) : place;
  const start = windowStart(document.lines, at, WIDTH, (line) => document.stateBefore(line).block === null);
  const blocks = blocksBetween(document, start, at);
  const construct = constructOf(blocks[blocks.length - 1], textAfter(document, at));
  if (!construct.prose) return { construct, request: { prefix: textBetween(document.lines, start, at), style: {} } };
  const { text, prose } = plainText(blocks, construct);
  return { construct, request: { prefix: text, style: styleOf(blocks, construct, prose) } };
}

/** The rest of the line, and the lines after it up to a blank one. */
function textAfter({ lines }: MarkdownDocument, at: LinePosition): string {
  let text = lines.line(at.line).slice(at.character, at.character + AFTER);
  for (let line = at.line + 1; line < lines.count && text.length < AFTER; line++) {
    const next = lines.line(line).slice(0, AFTER);
    if (next.trim() === '') break;
    text += `\n${next}`;
  }
  return text;
}
