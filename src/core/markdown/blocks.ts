import { type LinePosition, splitLines } from '../text/lines';
import type { BlockLine, Container, LineKind } from './blockTypes';
import type { MarkdownDocument } from './document';
import { delimiterCells, LONGEST_HEAD } from './leaves';
import { readLine } from './syntax';

/** Inserted at the cursor in place of the text to be written, so that the cursor lies inside a block. */
const PLACEHOLDER = 'x';
/** A line of nothing but the marker of a list item, whose space comes next. */
const BEGUN_ITEM = /^(?:[ \t>]|(?:[-+*]|\d{1,9}[.)])[ \t])*(?:[-+*]|\d{1,9}[.)])$/;

/** A longer line holds more than markers. */
const LONGEST_MARKERS = 1000;

/** Lines that belong together: a paragraph, a heading, a table, a piece of code. */
export interface Block {
  readonly kind: LineKind;
  readonly containers: readonly Container[];
  /** How many of the containers begin with it. */
  readonly opened: number;
  /** Text before the content of its first line that is kept: indentation and list markers, but no `>`. */
  readonly lead: string;
  /** Its lines' content, joined by LF. */
  text: string;
  /** Lengths of its lines in the document. */
  readonly widths: number[];
  /** How many cells the head of a table has, where it is known. */
  readonly columns?: number;
}

/** The blocks from one place to another; the last is the one in which the text ends, as if a word were written there. */
export function blocksBetween(document: MarkdownDocument, from: LinePosition, to: LinePosition): readonly Block[] {
  const blocks: Block[] = [];
  const placeholder = (beginsItem(document, to) ? ' ' : '') + PLACEHOLDER;
  let state = document.stateBefore(from.line);
  for (let line = from.line; line <= to.line; line++) {
    const whole = document.lines.line(line);
    const start = line === from.line ? from.character : 0;
    const parts = splitLines(line === to.line ? whole.slice(start, to.character) + placeholder : whole.slice(start));
    for (const text of parts) {
      if (document.inFrontMatter(line)) {
        append(blocks, text, FRONT_MATTER);
        continue;
      }
      const read = readLine(state, text);
      state = read.next;
      append(blocks, text, read.line);
    }
  }
  const columns = headCells(document, to.line);
  if (columns > 0) takeTableHead(blocks, columns);
  const last = blocks[blocks.length - 1];
  last.text = last.text.slice(0, -placeholder.length);
  if (last.widths.length > 0) last.widths[last.widths.length - 1] -= placeholder.length;
  return blocks;
}

/** How many cells a line has as the head of the table that begins below it; 0 where none does. */
function headCells(document: MarkdownDocument, line: number): number {
  if (line + 1 >= document.lines.count || document.lines.line(line).length > LONGEST_HEAD) return 0;
  const state = document.stateBefore(line + 1);
  if (state.block?.kind !== 'paragraph' || state.block.cells === 0) return 0;
  const next = document.lines.line(line + 1).slice(0, LONGEST_HEAD + 1);
  return readLine(state, next).line.kind === 'table' ? state.block.cells : 0;
}

/** Whether the line of the cursor holds the marker of a list item so far, and not yet the space after it. */
export function beginsItem(document: MarkdownDocument, { line, character }: LinePosition): boolean {
  const text = document.lines.line(line);
  if (text.length > LONGEST_MARKERS) return false;
  const [before, after] = [splitLines(text.slice(0, character)), splitLines(text.slice(character))];
  return BEGUN_ITEM.test(before[before.length - 1]) && after[0].trim() === '';
}

const FRONT_MATTER: BlockLine = {
  kind: 'front matter',
  containers: [],
  opened: 0,
  first: false,
  from: 0,
  to: Number.POSITIVE_INFINITY,
  markers: [],
};

function append(blocks: Block[], text: string, line: BlockLine): void {
  const last = blocks.at(-1);
  const content = text.slice(line.from, line.to);
  if (line.kind === 'underline' && last?.kind === 'paragraph') {
    blocks[blocks.length - 1] = { ...last, kind: 'heading' };
  } else if (!line.first && last?.kind === line.kind) {
    last.text += `\n${content}`;
    last.widths.push(text.length);
  } else {
    if (line.kind === 'table' && line.first) takeTableHead(blocks, delimiterCells(text, line.from));
    const known = blocks.at(-1);
    if (line.kind === 'table' && known?.kind === 'table') {
      known.text += `\n${content}`;
      return;
    }
    const { kind, containers, opened } = line;
    // The indentation of a footnote's or callout's later paragraphs is its sign.
    const isSign = opened === 0 && ['footnote', 'callout'].includes(containers.at(-1)?.kind ?? '');
    const lead = isSign ? '' : leadOf(text, line);
    blocks.push({ kind, containers, opened, lead, text: content, widths: [text.length] });
  }
}

/** The last line of the paragraph before a table's second line is its head. */
function takeTableHead(blocks: Block[], columns: number): void {
  const paragraph = blocks.at(-1);
  if (paragraph?.kind !== 'paragraph') return;
  const end = paragraph.text.lastIndexOf('\n');
  const head = { ...paragraph, kind: 'table' as const, text: paragraph.text.slice(end + 1), widths: [], columns };
  blocks.pop();
  if (end >= 0) {
    blocks.push({ ...paragraph, text: paragraph.text.slice(0, end) });
    blocks.push({ ...head, opened: 0, lead: '' });
  } else blocks.push(head);
}

function leadOf(text: string, { from, markers }: BlockLine): string {
  let lead = '';
  let at = 0;
  for (const [start, end] of markers) {
    lead += text.slice(at, start);
    at = end;
  }
  return lead + text.slice(at, from);
}
