import {
  type BlockLine,
  type BlockState,
  type Container,
  isVerbatim,
  PARAGRAPH,
  type Read,
  START,
  type Verbatim,
} from './blockTypes';
import { isModule } from './dialects';
import { endsVerbatim } from './leaves';
import { type LineCursor, readQuoteMarker, skip } from './lineCursor';
import { LineStart } from './lineStart';
import { isLetterCode } from './markup';

/**
 * Markdown's blocks, line by line: CommonMark with GitHub's tables and task items, footnotes, formulas and link
 * definitions of one line. A line is read from what is open before it, and says what is open after it: so an edit costs
 * the lines that it touches, and in a text of 135,000 lines no block has to be parsed again for a key. The kept parsers
 * read whole blocks, in which one paragraph may be the whole text.
 */

const IN_PARAGRAPH: BlockState = { containers: [], block: PARAGRAPH };
const BLANK: BlockLine = { kind: 'blank', containers: [], opened: 0, first: true, from: 0, to: 0, markers: [] };

/**
 * Reads one line, given without its line break.
 * @param state what is open where it begins
 */
export function readLine(state: BlockState, text: string): Read {
  return readPlain(state, text) ?? readAny(state, text);
}

const NOTHING: readonly never[] = [];

/**
 * Fast path for most lines of a text: blank ones, and paragraph lines outside of containers. Undefined for all others.
 */
function readPlain(state: BlockState, text: string): Read | undefined {
  const { containers, block } = state;
  if (containers.length > 0 || (block !== null && block !== PARAGRAPH)) return undefined;
  if (text === '') return { line: BLANK, next: START };
  if (!isLetterCode(text.charCodeAt(0)) || text.includes('|')) return undefined;
  if (block === null && isModule(text)) return undefined;
  const line: BlockLine = {
    kind: 'paragraph',
    containers: NOTHING,
    opened: 0,
    first: block === null,
    from: 0,
    to: text.length,
    markers: NOTHING,
  };
  return { line, next: IN_PARAGRAPH };
}

function readAny(state: BlockState, text: string): Read {
  const place: LineCursor = { base: 0, at: 0, column: 0 };
  const markers: [number, number][] = [];
  skip(text, place);
  const blank = place.at === text.length;
  let matched = 0;
  while (matched < state.containers.length && continues(state.containers[matched], text, place, markers)) matched++;
  const whole = matched === state.containers.length;
  const { block } = state;
  if (block && whole && isVerbatim(block)) return inVerbatim(state, block, text, place, markers);
  if (blank || place.at === text.length) {
    const containers = whole ? state.containers : state.containers.slice(0, matched);
    return {
      line: { kind: 'blank', containers, opened: 0, first: true, from: text.length, to: text.length, markers },
      next: block === null && whole ? state : { containers, block: null },
    };
  }
  const open = block !== null && !isVerbatim(block) ? block : null;
  return new LineStart(state, matched, open, text, place, markers).read();
}

function continues(container: Container, text: string, place: LineCursor, markers: [number, number][]): boolean {
  if (container.kind === 'quote') return readQuoteMarker(text, place, markers);
  if (place.at === text.length) return !container.empty;
  if (place.column < place.base + container.indent) return false;
  place.base += container.indent;
  return true;
}

function inVerbatim(
  { containers }: BlockState,
  block: Verbatim,
  text: string,
  place: LineCursor,
  markers: readonly (readonly [number, number])[],
): Read {
  const line: BlockLine = {
    kind: block.kind,
    containers,
    opened: 0,
    first: false,
    from: place.at,
    to: text.length,
    markers,
  };
  return { line, next: { containers, block: endsVerbatim(block, text, place) ? null : block } };
}
