import { wordsOf } from '../core/text/words';

const WORD_SIGN = /[\p{L}\p{N}\p{M}]/u;

/** Runs of white space as one space, so that a line broken elsewhere counts as the same text. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** How many characters of a suggestion a writer can take over whole words of, who then writes `target`. */
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

/** How many words a text holds; the rest of a word that was begun counts as one. */
export function countWords(text: string): number {
  return wordsOf(text).length;
}

/** Where the n-th word of a text ends; undefined when there are fewer. */
function wordEnd(text: string, n: number): number | undefined {
  const word = wordsOf(text)[n - 1];
  return word && word.at + word.length;
}

/** Whether the first `n` words of a suggestion, with all signs between them, are what the writer wrote. */
export function matchesWords(suggestion: string, target: string, n: number): boolean {
  const end = wordEnd(suggestion, n);
  return end !== undefined && end === wordEnd(target, n) && suggestion.slice(0, end) === target.slice(0, end);
}
