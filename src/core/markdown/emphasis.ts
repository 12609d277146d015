import type { Cut } from './inlineTypes';

/** A run of `*` or `_`, `~~` or `==` that may open or close emphasis. */
export interface Delimiter {
  readonly sign: string;
  /** Where the whole run begins. */
  readonly start: number;
  /** The part of the run that has no partner yet. */
  from: number;
  to: number;
  /** Of the whole run. */
  readonly length: number;
  readonly opens: boolean;
  readonly closes: boolean;
  previous: Delimiter | undefined;
  next: Delimiter | undefined;
}

/** Signs of which only two together are read. */
const DOUBLED = '~=';
/** A comparison such as `a==b` marks nothing. */
const NEVER_IN_WORDS = '_=';
const SPACE = /^[\s\p{Zs}]?$/u;
const PUNCTUATION = /^[\p{P}\p{S}]$/u;
/** After these and after white space nothing is closed. */
const OPENING = /^[\p{Ps}\p{Pi}]?$/u;
/** Scripts that put no spaces between words, or hang endings on them. */
const WITHOUT_SPACES =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]$/u;

/**
 * Whether a run of delimiters may open or close, by CommonMark's rules on adjacent characters. A run at the end of the
 * text may close anything, as white space may follow: `**Note:**`, `_so_`.
 * @param written whether a word is going to be written at the end of the text
 */
function flanking(text: string, from: number, to: number, written: boolean): { opens: boolean; closes: boolean } {
  const before = characterBefore(text, from);
  const end = written ? 'x' : '';
  const after = to < text.length ? String.fromCodePoint(text.codePointAt(to) ?? 0) : end;
  const left = !SPACE.test(after) && (!PUNCTUATION.test(after) || isEdge(before));
  const right = !SPACE.test(before) && (!PUNCTUATION.test(before) || isEdge(after));
  const last = written && to === text.length && !SPACE.test(before) && !OPENING.test(before);
  if (!NEVER_IN_WORDS.includes(text[from])) return { opens: left, closes: right || last };
  const closes = right && (!left || PUNCTUATION.test(after));
  return { opens: left && (!right || PUNCTUATION.test(before)), closes: closes || last };
}

/**
 * Whether a word may end or begin at this character. CommonMark knows white space and punctuation; that emphasis may end
 * before `**重要。**他` as well is what editors have agreed on (commonmark/commonmark-spec#650).
 */
function isEdge(character: string): boolean {
  return SPACE.test(character) || PUNCTUATION.test(character) || WITHOUT_SPACES.test(character);
}

function characterBefore(text: string, at: number): string {
  const low = (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00;
  return text.slice(Math.max(0, at - (low ? 2 : 1)), at);
}

/** The delimiters of a text in a row, and their partners. Linear: see `openers_bottom` in CommonMark's appendix. */
export class Delimiters {
  #last: Delimiter | undefined;

  get last(): Delimiter | undefined {
    return this.#last;
  }

  push(text: string, from: number, to: number, written: boolean): void {
    const { opens, closes } = flanking(text, from, to, written);
    const previous = this.#last;
    this.#last = {
      sign: text[from],
      start: from,
      from,
      to,
      length: to - from,
      opens,
      closes,
      previous,
      next: undefined,
    };
    if (previous) previous.next = this.#last;
  }

  /** Finds partners among the delimiters after `bottom`, adds the cuts that take their signs out, and forgets the rest. */
  close(bottom: Delimiter | undefined, cuts: Cut[]): void {
    this.pair(bottom, cuts);
    this.#last = bottom;
    if (bottom) bottom.next = undefined;
  }

  /** Finds partners; those that have none stay. */
  pair(bottom: Delimiter | undefined, cuts: Cut[]): void {
    /** For each kind of closer, the offset before which it has no opener any more. */
    const lowest = new Map<string, number>();
    let closer = this.#first(bottom);
    while (closer) {
      if (!closer.closes) {
        closer = closer.next;
        continue;
      }
      const key = `${closer.sign}${closer.opens}${closer.length % 3}`;
      const opener = findOpener(closer, lowest.get(key) ?? 0, bottom);
      if (opener === undefined) {
        lowest.set(key, closer.from);
        closer = closer.next;
        continue;
      }
      const size =
        DOUBLED.includes(closer.sign) || (opener.to - opener.from >= 2 && closer.to - closer.from >= 2) ? 2 : 1;
      cuts.push(
        { from: opener.to - size, to: opener.to, put: '' },
        { from: closer.from, to: closer.from + size, put: '' },
      );
      opener.to -= size;
      closer.from += size;
      link(opener, closer);
      if (opener.from === opener.to) this.#remove(opener);
      if (closer.from < closer.to) continue;
      const { next } = closer;
      this.#remove(closer);
      closer = next;
    }
  }

  #first(bottom: Delimiter | undefined): Delimiter | undefined {
    if (bottom) return bottom.next;
    let first = this.#last;
    while (first?.previous) first = first.previous;
    return first;
  }

  #remove(delimiter: Delimiter): void {
    const { previous, next } = delimiter;
    if (previous) previous.next = next;
    if (next) next.previous = previous;
    else this.#last = previous;
  }
}

/** What stood between two delimiters has no partner any more. */
function link(opener: Delimiter, closer: Delimiter): void {
  opener.next = closer;
  closer.previous = opener;
}

function findOpener(closer: Delimiter, lowest: number, bottom: Delimiter | undefined): Delimiter | undefined {
  for (let opener = closer.previous; opener && opener !== bottom && opener.from >= lowest; opener = opener.previous) {
    if (opener.sign === closer.sign && opener.opens && fits(opener, closer)) return opener;
  }
  return undefined;
}

/** CommonMark's rule of three: runs that both open and close make no pair whose lengths sum to a multiple of three. */
function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (DOUBLED.includes(opener.sign) || (!opener.closes && !closer.opens)) return true;
  return (opener.length + closer.length) % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0);
}
