import { wordsOf } from '../text/words';

/** A phrase of this many words that was just written is not suggested again, and a shorter one not twice. */
const ECHO_WORDS = 5;
const TWICE_WORDS = 3;
/** Words of at least this many letters must not be repeated immediately. */
const LONG_WORD = 6;
/** Words searched for an echo. */
const MEMORY_WORDS = 60;
/** Separators of digit groups, which are no words of their own: the zeros of 1,000,000,000 are no repetition. */
const GROUPS = /(?<=\p{N})[.,:](?=\p{N})/gu;
/** Five equal groups of digits are a repetition. */
const ENDLESS = /(?<!\p{N})(\p{N}+)(?:'\1){4}(?!\p{N})/u;

/**
 * Where a suggestion begins to repeat itself: at the second copy of two or more words or of a long one in a row, at the
 * third copy of a short one, or where it starts to repeat five words of the text before (its own first word is kept in
 * that case) or three of its own and the word before it. Infinity when it does not.
 */
export function loopAt(before: string, suggestion: string): number {
  const tail = before.slice(-MEMORY_WORDS * 12);
  // An apostrophe joins its parts.
  const all = wordsOf((tail + suggestion).replace(GROUPS, "'"));
  const said = all.map(({ text }) => text);
  const first = all.findIndex(({ at, length }) => at + length > tail.length);
  if (first < 0) return Number.POSITIVE_INFINITY;
  for (let i = first; i < all.length; i++) {
    if (ENDLESS.test(said[i])) return Math.max(0, all[i].at - tail.length);
    const copy =
      copyStart(said, i) ??
      echoStart(said, i, first, ECHO_WORDS, 0) ??
      echoStart(said, i, first, TWICE_WORDS, first - 1);
    if (copy === undefined) continue;
    // An echo may well begin with the right word, so that one is kept.
    const cut = copy === first && i - copy + 1 === ECHO_WORDS ? all[copy + 1] : all[copy];
    return Math.max(0, cut.at - tail.length);
  }
  return Number.POSITIVE_INFINITY;
}

/** Start of the copy that ends with word `last`, if there is one. */
function copyStart(said: readonly string[], last: number): number | undefined {
  if (said[last] === said[last - 1] && (said[last].length >= LONG_WORD || said[last] === said[last - 2])) return last;
  for (let length = 2; length * 2 <= last + 1; length++) {
    const start = last - length + 1;
    if (same(said, start, start - length, length)) return start;
  }
  return undefined;
}

/** Start of `count` words that end with word `last`, if they occurred earlier, after word `from`. */
function echoStart(
  said: readonly string[],
  last: number,
  first: number,
  count: number,
  from: number,
): number | undefined {
  const start = last - count + 1;
  if (start < first) return undefined;
  for (let earlier = Math.max(0, from, start - MEMORY_WORDS); earlier + count <= start; earlier++) {
    if (same(said, start, earlier, count)) return start;
  }
  return undefined;
}

function same(said: readonly string[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (said[a + i] !== said[b + i]) return false;
  return true;
}
