import { wordsOf } from '../core/text/words';

const WORD_SIGN = /[\p{L}\p{N}\p{M}]/u;

/** Collapses white space, so that differently wrapped lines compare equal. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Length of the longest whole-word prefix of a suggestion that agrees with `target`; 0 if it contains no word. */
export function usefulLength(suggestion: string, target: string): number {
  let length = 0;
  while (length < suggestion.length && suggestion[length] === target[length]) length++;
  while (length > 0 && (insideWord(suggestion, length) || insideWord(target, length))) length--;
  const useful = suggestion.slice(0, length).trimEnd();
  return WORD_SIGN.test(useful) ? useful.length : 0;
}

function insideWord(text: string, at: number): boolean {
  return at < text.length && WORD_SIGN.test(text[at - 1]) && WORD_SIGN.test(text[at]);
}

/** Number of words in a text; the rest of a partial word counts as one. */
export function countWords(text: string): number {
  return wordsOf(text).length;
}

/** End of the n-th word of a text; undefined when there are fewer. */
function wordEnd(text: string, n: number): number | undefined {
  const word = wordsOf(text)[n - 1];
  return word && word.at + word.length;
}

/** Whether the first `n` words of a suggestion, with punctuation between them, match the target. */
export function matchesWords(suggestion: string, target: string, n: number): boolean {
  const end = wordEnd(suggestion, n);
  return end !== undefined && end === wordEnd(target, n) && suggestion.slice(0, end) === target.slice(0, end);
}
