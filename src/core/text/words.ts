/** A word: letters, marks and digits, with the apostrophes and hyphens that join its parts (`don't`, `well-known`). */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/gu;
/** A word without digits. */
export const WORD_OF_LETTERS = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu;
const OF_WORD = /[\p{L}\p{N}\p{M}'’-]/u;

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

/**
 * What words have in common that differ in case, apostrophe or composition only. The dotted and the dotless i of
 * Turkish are one letter here, since a text does not tell which language its capitals follow.
 */
export function foldCase(word: string): string {
  return word.normalize('NFC').toLowerCase().replaceAll('i\u0307', 'i').replaceAll('ı', 'i').replaceAll('’', "'");
}
