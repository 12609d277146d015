import { BLOCK_ELEMENTS, tagEnd } from './markup';

/**
 * Markdown's blocks, line by line: CommonMark with GitHub's tables and task items, footnotes, formulas and link
 * definitions of one line. A line is read from what is open before it, and says what is open after it: so an edit costs
 * the lines that it touches, and in a text of 135,000 lines no block has to be parsed again for a key. The kept parsers
 * read whole blocks, in which one paragraph may be the whole text.
 */

/** A quotation, list item or footnote around a line. */
export interface Container {
  readonly kind: 'quote' | 'item' | 'footnote';
  /** The sign that tells lists apart: `-`, `+`, `*`, `.` or `)`. */
  readonly marker: string;
  /** Columns from the container around it to its content. */
  readonly indent: number;
  /** An item that has only its marker yet: a blank line ends it. */
  readonly empty: boolean;
}

export type LineKind =
  | 'blank'
  | 'paragraph'
  | 'heading'
  | 'underline'
  | 'rule'
  | 'table'
  | 'link definition'
  | 'code block'
  | 'HTML'
  | 'comment'
  | 'formula'
  | 'front matter';

/** A block whose lines go on with whatever they hold until the one that ends it. */
interface Verbatim {
  readonly kind: 'code block' | 'HTML' | 'comment' | 'formula';
  /** The fence that ends it, a sign that its last line holds, or a blank line where it is empty. */
  readonly end: string;
}

/** What may go on in the next line. */
export type OpenBlock =
  | Verbatim
  | { readonly kind: 'table' }
  | {
      readonly kind: 'paragraph';
      /** Cells of its last line, were it the head of a table. */
      readonly cells: number;
    };

/** What is open where a line begins. */
export interface BlockState {
  readonly containers: readonly Container[];
  readonly block: OpenBlock | null;
}

export const START: BlockState = { containers: [], block: null };

/** A line in its place among the blocks. */
export interface BlockLine {
  readonly kind: LineKind;
  /** The containers around its content, and how many of them begin in this line. */
  readonly containers: readonly Container[];
  readonly opened: number;
  /** Whether a block begins with it. */
  readonly first: boolean;
  /** Its content: after the markers of its containers, and before a heading's closing signs. */
  readonly from: number;
  readonly to: number;
  /** Markers before the content that are no words: those of quotations, footnotes and tasks. */
  readonly markers: readonly (readonly [from: number, to: number])[];
}

/** Deeper nesting than this is not prose. */
const DEEPEST = 32;
/** A longer line is neither the row of a table nor the start of an HTML block. */
const LONGEST_HEAD = 4000;
/** Indented by so many columns a line is code. */
const CODE_INDENT = 4;
const PARAGRAPH: OpenBlock = { kind: 'paragraph', cells: 0 };
const TABLE: OpenBlock = { kind: 'table' };
const IN_PARAGRAPH: BlockState = { containers: [], block: PARAGRAPH };
const BLANK: BlockLine = { kind: 'blank', containers: [], opened: 0, first: true, from: 0, to: 0, markers: [] };

/** Where reading has come to in a line: the column from which its content counts, and its first sign after that. */
interface Place {
  base: number;
  at: number;
  column: number;
}

/** Moves on over white space. */
function skip(text: string, place: Place): void {
  for (; place.at < text.length; place.at++) {
    if (text[place.at] === ' ') place.column++;
    else if (text[place.at] === '\t') place.column += 4 - (place.column % 4);
    else break;
  }
}

interface Read {
  readonly line: BlockLine;
  readonly next: BlockState;
}

/** Reads a line, given without its end, after what is open before it. */
export function readLine(state: BlockState, text: string): Read {
  return readPlain(state, text) ?? readAny(state, text);
}

const NOTHING: readonly never[] = [];

/** Most lines of a text: blank, or words of a paragraph in nothing else. */
function readPlain(state: BlockState, text: string): Read | undefined {
  const { containers, block } = state;
  if (containers.length > 0 || (block !== null && block !== PARAGRAPH)) return undefined;
  if (text === '') return { line: BLANK, next: START };
  if (!isLetter(text.charCodeAt(0)) || text.includes('|')) return undefined;
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

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function readAny(state: BlockState, text: string): Read {
  const place: Place = { base: 0, at: 0, column: 0 };
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

function continues(container: Container, text: string, place: Place, markers: [number, number][]): boolean {
  if (container.kind === 'quote') return readQuoteMarker(text, place, markers);
  if (place.at === text.length) return !container.empty;
  if (place.column < place.base + container.indent) return false;
  place.base += container.indent;
  return true;
}

function readQuoteMarker(text: string, place: Place, markers: [number, number][]): boolean {
  if (text[place.at] !== '>' || place.column >= place.base + CODE_INDENT) return false;
  const from = place.at;
  place.at++;
  place.column++;
  place.base = place.column;
  if (isSpace(text[place.at])) place.base++;
  skip(text, place);
  markers.push([from, place.at]);
  return true;
}

function isSpace(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\t';
}

export function isVerbatim(block: OpenBlock): block is Verbatim {
  return block.kind !== 'paragraph' && block.kind !== 'table';
}

function inVerbatim(
  { containers }: BlockState,
  block: Verbatim,
  text: string,
  place: Place,
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

function endsVerbatim({ kind, end }: Verbatim, text: string, { base, at, column }: Place): boolean {
  if (kind === 'formula') return at === text.length || text.trimEnd().endsWith(end);
  if (kind !== 'code block') return end === '' ? at === text.length : text.slice(at).toLowerCase().includes(end);
  const length = runLength(text, at);
  return column < base + CODE_INDENT && text[at] === end[0] && length >= end.length && onlySpace(text, at + length);
}

function onlySpace(text: string, from: number): boolean {
  let at = from;
  while (isSpace(text[at])) at++;
  return at >= text.length;
}

/** How often the sign at `at` stands there in a row. */
function runLength(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] === text[at]) end++;
  return end - at;
}

/** The part of a line in which blocks may begin. */
class LineStart {
  readonly #state: BlockState;
  readonly #matched: number;
  readonly #open: OpenBlock | null;
  readonly #text: string;
  readonly #place: Place;
  readonly #markers: [number, number][];
  readonly #containers: Container[];
  #opened = 0;
  /** What a task holds is a paragraph, whatever it looks like. */
  #task = false;

  /** @param open the paragraph or table that may go on */
  constructor(
    state: BlockState,
    matched: number,
    open: OpenBlock | null,
    text: string,
    place: Place,
    markers: [number, number][],
  ) {
    this.#state = state;
    this.#matched = matched;
    this.#open = open;
    this.#text = text;
    this.#place = place;
    this.#markers = markers;
    this.#containers = state.containers.slice(0, matched);
  }

  /** Whether the line would go on with a paragraph or table if nothing began in it. */
  get #interrupts(): boolean {
    return this.#open !== null && this.#opened === 0;
  }

  get #indented(): boolean {
    return this.#place.column >= this.#place.base + CODE_INDENT;
  }

  read(): Read {
    while (!this.#task && this.#containers.length < DEEPEST && this.#openContainer());
    const text = this.#text;
    const place = this.#place;
    if (this.#task) return this.#paragraph();
    if (place.at === text.length) return this.#line('blank', { block: null });
    return this.#blockStart() ?? this.#continuation() ?? this.#paragraph();
  }

  /** Reads the marker of a container if one stands here. */
  #openContainer(): boolean {
    const text = this.#text;
    const place = this.#place;
    if (this.#indented || isRule(text, place.at)) return false;
    if (readQuoteMarker(text, place, this.#markers)) {
      return this.#push({ kind: 'quote', marker: '>', indent: 0 }, false);
    }
    return this.#openFootnote() || this.#openItem();
  }

  #push(container: Omit<Container, 'empty'>, empty: boolean): true {
    this.#containers.push({ ...container, empty });
    this.#opened++;
    return true;
  }

  #openFootnote(): boolean {
    const text = this.#text;
    const place = this.#place;
    const match = text.startsWith('[^', place.at)
      ? /^\[\^[^\]\s]{1,200}\]:/.exec(text.slice(place.at, place.at + 204))
      : null;
    if (match === null) return false;
    const from = place.at;
    place.at += match[0].length;
    place.column += match[0].length;
    skip(text, place);
    this.#markers.push([from, place.at]);
    place.base = place.column;
    return this.#push({ kind: 'footnote', marker: '^', indent: CODE_INDENT }, false);
  }

  #openItem(): boolean {
    const text = this.#text;
    const place = this.#place;
    const width = this.#itemMarker();
    if (width === 0) return false;
    const marker = text[place.at + width - 1];
    const column = place.column + width;
    const { base } = place;
    place.at += width;
    place.column = column;
    skip(text, place);
    const empty = place.at === text.length;
    // Content that is indented by five columns or more is code, one column after the marker.
    place.base = empty || place.column > column + CODE_INDENT ? column + 1 : place.column;
    this.#push({ kind: 'item', marker, indent: place.base - base }, empty);
    this.#readTask();
    return true;
  }

  /** The width of a list item's marker here, 0 where there is none. */
  #itemMarker(): number {
    const text = this.#text;
    const place = this.#place;
    const digits = '-+*'.includes(text[place.at]) ? 0 : digitsAt(text, place.at);
    const width = digits + 1;
    const sign = text[place.at + digits];
    const after = text[place.at + width];
    if ((after !== undefined && !isSpace(after)) || digits > 9) return 0;
    if (digits === 0 ? !'-+*'.includes(sign) : sign !== '.' && sign !== ')') return 0;
    if (!this.#interrupts || this.#state.containers.some((other) => sameList(other, sign))) return width;
    // In the middle of a paragraph only what is surely a list begins one.
    const listStart = digits === 0 || (text.startsWith('1', place.at) && digits === 1);
    return listStart && !onlySpace(text, place.at + width) ? width : 0;
  }

  #readTask(): void {
    const text = this.#text;
    const place = this.#place;
    const task = /^\[[ xX]\][ \t]/.test(text.slice(place.at, place.at + 4));
    if (!task) return;
    const from = place.at;
    place.at += 4;
    place.column += 4;
    skip(text, place);
    place.base = place.column;
    this.#task = true;
    this.#markers.push([from, place.at]);
  }

  /** The block other than a paragraph that begins here. */
  #blockStart(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    if (this.#indented) return this.#interrupts ? undefined : this.#line('code block', { block: null });
    switch (text[place.at]) {
      case '#':
        return this.#heading();
      case '`':
      case '~':
        return this.#fence();
      case '$':
        return this.#formula();
      case '<':
        return this.#html();
      case '[':
        return this.#interrupts ? undefined : this.#linkDefinition();
      default:
        return this.#underline() ?? (isRule(text, place.at) ? this.#line('rule', { block: null }) : undefined);
    }
  }

  #heading(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    const level = runLength(text, place.at);
    const after = text[place.at + level];
    if (level > 6 || (after !== undefined && !isSpace(after))) return undefined;
    return this.#line('heading', { block: null, to: headingEnd(text, place.at + level) });
  }

  #fence(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    const length = runLength(text, place.at);
    if (length < 3 || (text[place.at] === '`' && text.includes('`', place.at + length))) return undefined;
    return this.#line('code block', { block: { kind: 'code block', end: text.slice(place.at, place.at + length) } });
  }

  /** Two dollars alone in their line, or around all that it holds. Others are formulas in the text. */
  #formula(): Read | undefined {
    const content = this.#text.slice(this.#place.at).trimEnd();
    if (!content.startsWith('$$')) return undefined;
    if (content === '$$') return this.#line('formula', { block: { kind: 'formula', end: '$$' } });
    const closed = content.length > 4 && content.indexOf('$$', 2) === content.length - 2;
    return closed ? this.#line('formula', { block: null }) : undefined;
  }

  #html(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    const end = htmlEnd(text.slice(place.at, place.at + LONGEST_HEAD), this.#interrupts);
    if (end === undefined) return undefined;
    const kind = end === '-->' ? 'comment' : 'HTML';
    const block: Verbatim = { kind, end };
    if (end === '' || !endsVerbatim(block, text, place)) return this.#line(kind, { block });
    // Words after a comment in its line are prose.
    const closed = kind === 'HTML' || text.trimEnd().endsWith(end);
    return closed ? this.#line(kind, { block: null }) : undefined;
  }

  #linkDefinition(): Read | undefined {
    const content = this.#text.slice(this.#place.at, this.#place.at + LONGEST_HEAD);
    return isLinkDefinition(content) ? this.#line('link definition', { block: null }) : undefined;
  }

  /** The line below a paragraph that makes a heading of it, or below a table's head. */
  #underline(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    const open = this.#open;
    if (open?.kind !== 'paragraph' || this.#opened > 0 || this.#matched < this.#state.containers.length) {
      return undefined;
    }
    const sign = text[place.at];
    if ((sign === '-' || sign === '=') && onlySpace(text, place.at + runLength(text, place.at))) {
      return this.#line('underline', { block: null });
    }
    const table = open.cells > 0 && delimiterCells(text, place.at) === open.cells;
    return table ? this.#line('table', { block: TABLE, first: true }) : undefined;
  }

  /** The line as one more of the block that is open. */
  #continuation(): Read | undefined {
    if (!this.#interrupts || this.#open === null) return undefined;
    if (this.#open.kind === 'table') return this.#line('table', { block: this.#open, lazy: true });
    const block = this.#asParagraph();
    return this.#line('paragraph', { block, lazy: true });
  }

  #paragraph(): Read {
    return this.#line('paragraph', { block: this.#asParagraph() });
  }

  #asParagraph(): OpenBlock {
    const text = this.#text;
    const place = this.#place;
    const cells = text.length <= LONGEST_HEAD && text.includes('|') ? countCells(text, place.at) : 0;
    return cells === 0 ? PARAGRAPH : { kind: 'paragraph', cells };
  }

  /** @param lazy goes on with what is open, even where the markers of its containers are missing */
  #line(
    kind: LineKind,
    {
      block,
      to,
      lazy = false,
      first = !lazy,
    }: { block: OpenBlock | null; to?: number; lazy?: boolean; first?: boolean },
  ): Read {
    const state = this.#state;
    const place = this.#place;
    const text = this.#text;
    const containers = filled(lazy ? state.containers : this.#containers, kind === 'blank');
    const same = lazy && containers === state.containers && block === state.block;
    return {
      line: {
        kind,
        containers,
        opened: this.#opened,
        first,
        from: place.at,
        to: to ?? text.length,
        markers: this.#markers,
      },
      next: same ? state : { containers, block },
    };
  }
}

/** With content in them, items are no longer empty. */
function filled(containers: readonly Container[], blank: boolean): readonly Container[] {
  if (blank || !containers.some(({ empty }) => empty)) return containers;
  return containers.map((container) => (container.empty ? { ...container, empty: false } : container));
}

function sameList({ kind, marker }: Container, sign: string): boolean {
  return kind === 'item' && '-+*'.includes(marker) === '-+*'.includes(sign);
}

function digitsAt(text: string, at: number): number {
  let end = at;
  while (text[end] >= '0' && text[end] <= '9') end++;
  return end - at;
}

function isRule(text: string, at: number): boolean {
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
function headingEnd(text: string, from: number): number {
  let end = text.length;
  while (end > from && isSpace(text[end - 1])) end--;
  let signs = end;
  while (signs > from && text[signs - 1] === '#') signs--;
  if (signs === end || (signs > from && !isSpace(text[signs - 1]))) return text.length;
  return signs;
}

/** Cells of a row as GitHub counts them. */
function countCells(text: string, from: number): number {
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
function delimiterCells(text: string, from: number): number {
  if (text.length > LONGEST_HEAD || !'|:-'.includes(text[from])) return 0;
  const cells = text.slice(from).trim().replace(/^\|/, '').replace(/\|$/, '').split('|');
  const line = text.includes('|') && cells.every((cell) => /^:?-+:?$/.test(cell.trim()));
  return line ? cells.length : 0;
}

const LABEL = /^\[(?!\^)(?:[^\\[\]]|\\.){1,200}\]:[ \t]*/;

/** `[label]: address "title"`, all of it or as far as it is written. */
function isLinkDefinition(text: string): boolean {
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
/** Elements that stand alone in a line of prose. */
const LINE_ELEMENTS = new Set(['br', 'wbr']);

/** What ends the HTML block that begins here: a sign, or a blank line (''); undefined where none begins. */
function htmlEnd(text: string, interrupts: boolean): string | undefined {
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
