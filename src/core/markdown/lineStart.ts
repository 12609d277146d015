import {
  type BlockState,
  type Container,
  type LineKind,
  type OpenBlock,
  PARAGRAPH,
  type Read,
  type Verbatim,
} from './blockTypes';
import { calloutAt } from './callouts';
import { isModule, templateEnd, texFormulaEnd } from './embedded';
import {
  countCells,
  delimiterCells,
  endsVerbatim,
  headingEnd,
  htmlEnd,
  isLinkDefinition,
  isRule,
  LONGEST_HEAD,
} from './leaves';
import { CODE_INDENT, isSpace, type LineCursor, onlySpace, readQuoteMarker, runLength, skip } from './lineCursor';

/** Deeper nesting than this is not prose. */
const DEEPEST = 32;
/** Of lists; a colon begins what the term above it means, as PHP Markdown Extra and Pandoc have it. */
const BULLETS = '-+*:';
const TABLE: OpenBlock = { kind: 'table' };

/** The part of a line in which blocks may begin. */
export class LineStart {
  readonly #state: BlockState;
  readonly #matched: number;
  readonly #open: OpenBlock | null;
  readonly #text: string;
  readonly #place: LineCursor;
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
    place: LineCursor,
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
    return this.#callout() ?? this.#blockStart() ?? this.#continuation() ?? this.#paragraph();
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
    const digits = BULLETS.includes(text[place.at]) ? 0 : digitsAt(text, place.at);
    const width = digits + 1;
    const sign = text[place.at + digits];
    const after = text[place.at + width];
    if ((after !== undefined && !isSpace(after)) || digits > 9) return 0;
    if (digits === 0 ? !BULLETS.includes(sign) : sign !== '.' && sign !== ')') return 0;
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

  /** The type of a callout, with its title if it has one. */
  #callout(): Read | undefined {
    if (this.#indented) return undefined;
    const text = this.#text;
    const place = this.#place;
    const head = text.slice(place.at, place.at + LONGEST_HEAD);
    const isQuoted = this.#opened > 0 && this.#containers.at(-1)?.kind === 'quote';
    const mayHold = !this.#interrupts && this.#containers.length < DEEPEST;
    const callout = calloutAt(head, isQuoted, mayHold);
    if (callout === undefined) return undefined;
    this.#markers.push([place.at, place.at + callout.length]);
    place.at += callout.length;
    if (callout.holds) this.#push({ kind: 'callout', marker: head[0], indent: CODE_INDENT }, false);
    if (place.at === text.length) return this.#line('callout', { block: null });
    const title = callout.holds ? text.trimEnd().replace(/"$/, '') : text;
    return this.#line('paragraph', { block: null, to: title.length });
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
      case '\\':
        return this.#texFormula();
      case '<':
        return this.#html();
      case '{':
      case '%':
        return this.#comment() ?? this.#template();
      case 'i':
      case 'e':
        return this.#interrupts ? undefined : this.#module();
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

  /** TeX's brackets alone in their line, or an environment for mathematics. */
  #texFormula(): Read | undefined {
    const text = this.#text;
    const content = text.slice(this.#place.at, this.#place.at + LONGEST_HEAD).trimEnd();
    const end = texFormulaEnd(content);
    if (end === undefined) return undefined;
    const block: Verbatim = { kind: 'formula', end };
    return this.#line('formula', { block: endsVerbatim(block, text, this.#place) ? null : block });
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

  /** A comment of MDX that this line does not close, or one of Obsidian's that begins in a line of its own. */
  #comment(): Read | undefined {
    const content = this.#text.slice(this.#place.at);
    const begins = content.startsWith('{/*')
      ? !content.includes('*/}')
      : !this.#interrupts && content.trimEnd() === '%%';
    if (!begins) return undefined;
    return this.#line('comment', { block: { kind: 'comment', end: content[0] === '{' ? '*/}' : '%%' } });
  }

  /** Code that no fence but two tags enclose. */
  #template(): Read | undefined {
    const content = this.#text.slice(this.#place.at, this.#place.at + LONGEST_HEAD);
    const end = templateEnd(content);
    if (end === undefined || content.includes(end)) return undefined;
    return this.#line('template', { block: { kind: 'template', end } });
  }

  /** What MDX imports and exports, up to a blank line. */
  #module(): Read | undefined {
    const content = this.#text.slice(this.#place.at, this.#place.at + LONGEST_HEAD);
    if (this.#containers.length > 0 || !isModule(content)) return undefined;
    return this.#line('code block', { block: { kind: 'code block', end: '' } });
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
  return kind === 'item' && BULLETS.includes(marker) === BULLETS.includes(sign);
}

function digitsAt(text: string, at: number): number {
  let end = at;
  while (text[end] >= '0' && text[end] <= '9') end++;
  return end - at;
}
