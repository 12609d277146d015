import {
  type BlockState,
  type Container,
  type LineKind,
  type OpenBlock,
  PARAGRAPH,
  type Read,
  type Verbatim,
} from './blockTypes';
import { LineContainers } from './containers';
import { calloutAt, isModule, templateEnd, texFormulaEnd } from './dialects';
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
import { CODE_INDENT, isIndented, isSpace, type LineCursor, onlySpace, runLength } from './lineCursor';

const TABLE: OpenBlock = { kind: 'table' };

/** The part of a line in which blocks may begin: the markers of containers, then what it makes of the rest. */
export class LineStart {
  readonly #state: BlockState;
  readonly #matched: number;
  readonly #open: OpenBlock | null;
  readonly #text: string;
  readonly #place: LineCursor;
  readonly #markers: [number, number][];
  readonly #containers: LineContainers;

  /**
   * @param matched how many of the containers before the line go on in it
   * @param open the paragraph or table that may go on
   */
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
    this.#containers = new LineContainers(state, matched, open !== null, text, place, markers);
  }

  get #interrupts(): boolean {
    return this.#containers.interrupts;
  }

  read(): Read {
    this.#containers.readMarkers();
    if (this.#containers.isTask) return this.#paragraph();
    if (this.#place.at === this.#text.length) return this.#line('blank', { block: null });
    return this.#callout() ?? this.#blockStart() ?? this.#continuation() ?? this.#paragraph();
  }

  /** The type of a callout, with its title if it has one. */
  #callout(): Read | undefined {
    if (isIndented(this.#place)) return undefined;
    const text = this.#text;
    const place = this.#place;
    const head = text.slice(place.at, place.at + LONGEST_HEAD);
    const isQuoted = this.#containers.opened > 0 && this.#containers.all.at(-1)?.kind === 'quote';
    const mayHold = !this.#interrupts && this.#containers.mayNest;
    const callout = calloutAt(head, isQuoted, mayHold);
    if (callout === undefined) return undefined;
    this.#markers.push([place.at, place.at + callout.length]);
    place.at += callout.length;
    if (callout.holds) this.#containers.open({ kind: 'callout', marker: head[0], indent: CODE_INDENT });
    if (place.at === text.length) return this.#line('callout', { block: null });
    const title = callout.holds ? text.trimEnd().replace(/"$/, '') : text;
    return this.#line('paragraph', { block: null, to: title.length });
  }

  /** The block other than a paragraph that begins here. */
  #blockStart(): Read | undefined {
    const text = this.#text;
    const place = this.#place;
    if (isIndented(this.#place)) return this.#interrupts ? undefined : this.#line('code block', { block: null });
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
    if (this.#containers.all.length > 0 || !isModule(content)) return undefined;
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
    if (open?.kind !== 'paragraph' || this.#containers.opened > 0 || this.#matched < this.#state.containers.length) {
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
    const containers = filled(lazy ? state.containers : this.#containers.all, kind === 'blank');
    const same = lazy && containers === state.containers && block === state.block;
    return {
      line: {
        kind,
        containers,
        opened: this.#containers.opened,
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
