import type { BlockState, Container } from './blockTypes';
import { isRule } from './leaves';
import { CODE_INDENT, isIndented, isSpace, type LineCursor, onlySpace, readQuoteMarker, skip } from './lineCursor';

/** Deeper nesting than this is not prose. */
const DEEPEST = 32;
/** Signs of list items; a colon begins what the term above it means, as PHP Markdown Extra and Pandoc have it. */
const BULLETS = '-+*:';

/**
 * The containers around the content of a line: those that go on from the line before, and those whose markers it begins
 * with (of quotations, footnotes, list items, tasks).
 */
export class LineContainers {
  readonly #state: BlockState;
  readonly #mayContinue: boolean;
  readonly #text: string;
  readonly #place: LineCursor;
  readonly #markers: [number, number][];
  readonly #containers: Container[];
  #opened = 0;
  #isTask = false;

  /**
   * @param matched how many of the containers before the line go on in it
   * @param mayContinue whether a paragraph or table is open, which the line may go on with
   * @param place where the line's content begins; moved behind each marker that is read
   * @param markers is given the marks before the content that are no words
   */
  constructor(
    state: BlockState,
    matched: number,
    mayContinue: boolean,
    text: string,
    place: LineCursor,
    markers: [number, number][],
  ) {
    this.#state = state;
    this.#mayContinue = mayContinue;
    this.#text = text;
    this.#place = place;
    this.#markers = markers;
    this.#containers = state.containers.slice(0, matched);
  }

  /** All of them, outermost first. */
  get all(): readonly Container[] {
    return this.#containers;
  }

  /** How many of them begin in this line. */
  get opened(): number {
    return this.#opened;
  }

  /** Whether the line begins a task: what follows its box is a paragraph, whatever it looks like. */
  get isTask(): boolean {
    return this.#isTask;
  }

  /** Whether the line would go on with a paragraph or table if nothing began in it. */
  get interrupts(): boolean {
    return this.#mayContinue && this.#opened === 0;
  }

  get mayNest(): boolean {
    return this.#containers.length < DEEPEST;
  }

  /** Reads the markers that the line begins with. */
  readMarkers(): void {
    while (!this.#isTask && this.mayNest && this.#readMarker());
  }

  /** Opens a container around the rest of the line. */
  open(container: Omit<Container, 'empty'>, empty = false): void {
    this.#containers.push({ ...container, empty });
    this.#opened++;
  }

  #readMarker(): boolean {
    const text = this.#text;
    const place = this.#place;
    if (isIndented(place) || isRule(text, place.at)) return false;
    if (readQuoteMarker(text, place, this.#markers)) {
      this.open({ kind: 'quote', marker: '>', indent: 0 });
      return true;
    }
    return this.#readFootnote() || this.#readItem();
  }

  #readFootnote(): boolean {
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
    this.open({ kind: 'footnote', marker: '^', indent: CODE_INDENT });
    return true;
  }

  #readItem(): boolean {
    const text = this.#text;
    const place = this.#place;
    const width = this.#itemMarkerWidth();
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
    this.open({ kind: 'item', marker, indent: place.base - base }, empty);
    this.#readTask();
    return true;
  }

  /** The width of a list item's marker here, 0 where there is none. */
  #itemMarkerWidth(): number {
    const text = this.#text;
    const place = this.#place;
    const digits = BULLETS.includes(text[place.at]) ? 0 : digitsAt(text, place.at);
    const width = digits + 1;
    const sign = text[place.at + digits];
    const after = text[place.at + width];
    if ((after !== undefined && !isSpace(after)) || digits > 9) return 0;
    if (digits === 0 ? !BULLETS.includes(sign) : sign !== '.' && sign !== ')') return 0;
    if (!this.interrupts || this.#state.containers.some((other) => isSameKindOfList(other, sign))) return width;
    // In the middle of a paragraph only what is surely a list begins one.
    const listStart = digits === 0 || (text.startsWith('1', place.at) && digits === 1);
    return listStart && !onlySpace(text, place.at + width) ? width : 0;
  }

  #readTask(): void {
    const text = this.#text;
    const place = this.#place;
    if (!/^\[[ xX]\][ \t]/.test(text.slice(place.at, place.at + 4))) return;
    const from = place.at;
    place.at += 4;
    place.column += 4;
    skip(text, place);
    place.base = place.column;
    this.#isTask = true;
    this.#markers.push([from, place.at]);
  }
}

/** Whether an item with this marker could belong to the same list: ordered items are one kind, all others another. */
function isSameKindOfList({ kind, marker }: Container, sign: string): boolean {
  return kind === 'item' && BULLETS.includes(marker) === BULLETS.includes(sign);
}

function digitsAt(text: string, at: number): number {
  let end = at;
  while (text[end] >= '0' && text[end] <= '9') end++;
  return end - at;
}
