/**
 * A word: letters, marks and digits, with what joins its parts: apostrophes and hyphens (`don't`, `well-known`), the
 * place where it may be broken, and the joiners of no width that Persian and Indian words are spelled with.
 */
const WORD = /[\p{L}\p{N}\p{M}]+(?:[-'’‐‑\u00ad\u200c\u200d][\p{L}\p{N}\p{M}]+)*/gu;
/** A word without digits. */
export const WORD_OF_LETTERS = /[\p{L}\p{M}]+(?:[-'’‐‑\u00ad\u200c\u200d][\p{L}\p{M}]+)*/gu;
/** A character that may stand in a word. */
export const OF_WORD = /[-\p{L}\p{N}\p{M}'’‐‑\u00ad\u200c\u200d]/u;

/** A character of a script that sets no spaces between words. */
export const SETS_NO_SPACES =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export interface Word {
  /** With its case folded. */
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly at: number;
  /** Its length in the text, in UTF-16 units. */
  readonly length: number;
}

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
    return { text: foldCase(word), at: index, length: word.length };
  });
}

/** The first word that a suggestion shows, with the part of it that is typed already. */
export function firstWord(lineBefore: string, suggestion: string): string | undefined {
  let begin = lineBefore.length;
  if (OF_WORD.test(suggestion.slice(0, 1))) while (begin > 0 && OF_WORD.test(lineBefore[begin - 1])) begin--;
  return (lineBefore.slice(begin) + suggestion).match(WORD)?.[0];
}

/** Soft hyphens, and the strokes by which Arabic words are made wider. */
const NO_LETTERS = /[\u00ad\u0640]/g;

/**
 * What words have in common that differ in case, apostrophe, hyphen, composition or width only. The dotted and the
 * dotless i of Turkish are one letter here, since a text does not tell which language its capitals follow.
 */
export function foldCase(word: string): string {
  const letters = word.normalize('NFKC').replaceAll(NO_LETTERS, '').toLowerCase();
  return letters
    .replaceAll('i\u0307', 'i')
    .replaceAll('ı', 'i')
    .replaceAll('ß', 'ss')
    .replaceAll('’', "'")
    .replaceAll(/[‐‑]/g, '-');
}
