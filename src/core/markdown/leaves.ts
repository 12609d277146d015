import type { Verbatim } from './blockTypes';
import { isIndented, isSpace, type LineCursor, onlySpace, runLength } from './lineCursor';
import { BLOCK_ELEMENTS, tagEnd } from './markup';

/** A longer line is neither the row of a table nor the start of an HTML block. */
export const LONGEST_HEAD = 4000;

export function isRule(text: string, at: number): boolean {
  const sign = text[at];
  if (sign !== '-' && sign !== '*' && sign !== '_') return false;
  let count = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === sign) count++;
    else if (!isSpace(text[i])) return false;
  }
  return count >= 3;
}

/** The end of a heading's words: before the signs that may close it. */
export function headingEnd(text: string, from: number): number {
  let end = text.length;
  while (end > from && isSpace(text[end - 1])) end--;
  let signs = end;
  while (signs > from && text[signs - 1] === '#') signs--;
  if (signs === end || (signs > from && !isSpace(text[signs - 1]))) return text.length;
  return signs;
}

/** Cells of a row as GitHub counts them. */
export function countCells(text: string, from: number): number {
  let pipes = 0;
  let first = -1;
  let last = -1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '|') pipes++;
    if (i < text.length && !isSpace(text[i])) {
      if (first < 0) first = i;
      last = i;
    }
  }
  if (pipes === 0) return 0;
  return (
    pipes + 1 - (text[first] === '|' ? 1 : 0) - (text[last] === '|' && last > first && text[last - 1] !== '\\' ? 1 : 0)
  );
}

/** Cells of the line below a table's head, 0 where this is no such line. */
export function delimiterCells(text: string, from: number): number {
  if (text.length > LONGEST_HEAD || !'|:-'.includes(text[from])) return 0;
  const cells = text.slice(from).trim().replace(/^\|/, '').replace(/\|$/, '').split('|');
  const line = text.includes('|') && cells.every((cell) => /^:?-+:?$/.test(cell.trim()));
  return line ? cells.length : 0;
}

const LABEL = /^\[(?!\^)(?:[^\\[\]]|\\.){1,200}\]:[ \t]*/;

/** Whether a text is a link definition `[label]: address "title"`, possibly incomplete. */
export function isLinkDefinition(text: string): boolean {
  const label = LABEL.exec(text)?.[0];
  if (label === undefined) return false;
  const target = text.slice(label.length).trimEnd();
  const end = target.startsWith('<') ? target.indexOf('>') + 1 : target.search(/\s/);
  if (end <= 0) return true;
  const title = target.slice(end).trim();
  if (title === '') return true;
  const closer = title[0] === '(' ? ')' : title[0];
  if (!isSpace(target[end]) || !'"\'('.includes(title[0])) return false;
  const closed = title.indexOf(closer, 1);
  return closed < 0 || closed === title.length - 1;
}

const RAW_ELEMENTS = new Set(['script', 'pre', 'style', 'textarea']);
/** Elements that may be alone in a line of prose. */
const LINE_ELEMENTS = new Set(['br', 'wbr']);

/** What ends the HTML block that begins here: a sign, or a blank line (''); undefined where none begins. */
export function htmlEnd(text: string, interrupts: boolean): string | undefined {
  if (text.startsWith('<!--')) return '-->';
  if (text.startsWith('<?')) return '?>';
  if (text.startsWith('<![CDATA[')) return ']]>';
  if (/^<![A-Za-z]/.test(text)) return '>';
  const [, slash = '', name = ''] = /^<(\/?)([A-Za-z][\w-]{0,60})/.exec(text) ?? [];
  const element = name.toLowerCase();
  const after = text[1 + slash.length + name.length];
  if (after !== undefined && !/[\s/>]/.test(after)) return undefined;
  if (RAW_ELEMENTS.has(element) && slash === '') return `</${element}>`;
  if (BLOCK_ELEMENTS.has(element)) return '';
  if (interrupts || name === '' || LINE_ELEMENTS.has(element)) return undefined;
  const end = tagEnd(text, 0);
  return end > 0 && onlySpace(text, end) ? '' : undefined;
}

/** A line without the name of a formula behind its signs, as Quarto has it: `$$ {#eq-energy}`. */
function withoutName(line: string): string {
  const at = line.endsWith('}') ? line.lastIndexOf('{') : -1;
  return at > 0 && '#.'.includes(line[at + 1]) ? line.slice(0, at).trimEnd() : line;
}

/** Whether a line ends the block whose lines go on with whatever they hold. */
export function endsVerbatim({ kind, end }: Verbatim, text: string, place: LineCursor): boolean {
  const { at } = place;
  if (end === '') return at === text.length;
  if (kind === 'formula') return at === text.length || withoutName(text.trimEnd()).endsWith(end);
  if (kind !== 'code block') return text.slice(at).toLowerCase().includes(end);
  const length = runLength(text, at);
  return !isIndented(place) && text[at] === end[0] && length >= end.length && onlySpace(text, at + length);
}
