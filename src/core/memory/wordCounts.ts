import { WORD_OF_LETTERS } from '../text/words';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** How many letters slips are looked for with, those of other alphabets included; no alphabet has more. */
const MOST_LETTERS = 100;
/** Shorter words are one edit away from too many others. */
const SHORTEST_SLIP = 4;
const LONGEST_SLIP = 24;
/** A word this frequent is not a typing error. */
const COMMON = 3;

/** Frequencies of the words in the writer's texts, in lower case. Distinguishes typing errors from words. */
export class WordCounts {
  readonly #isFamiliar: (word: string) => boolean;
  readonly #counts = new Map<string, number>();
  /** The letters of the writer's words. */
  readonly #letters = new Set(LETTERS);
  /** Sum of all frequencies. */
  total = 0;

  /** @param isFamiliar whether a word is common in the language, judging by the vocabulary */
  constructor(isFamiliar: (word: string) => boolean) {
    this.#isFamiliar = isFamiliar;
  }

  add(text: string, times: 1 | -1 = 1): void {
    for (const found of text.match(WORD_OF_LETTERS) ?? []) {
      const word = found.toLowerCase();
      const count = (this.#counts.get(word) ?? 0) + times;
      this.total += times;
      if (times > 0 && this.#letters.size < MOST_LETTERS) for (const letter of word) this.#letters.add(letter);
      if (count > 0) this.#counts.set(word, count);
      else this.#counts.delete(word);
    }
  }

  count(word: string): number {
    return this.#counts.get(word.toLowerCase()) ?? 0;
  }

  /**
   * Whether a word occurs only once and is one edit (insertion, deletion, substitution or transposition) from a common
   * one.
   */
  isSlip(word: string): boolean {
    const lower = word.toLowerCase();
    if (lower.length < SHORTEST_SLIP || lower.length > LONGEST_SLIP) return false;
    if (this.count(lower) > 1 || this.#isFamiliar(lower)) return false;
    for (const near of oneEditAway(lower, this.#letters)) {
      if (
        near !== lower &&
        near.length >= SHORTEST_SLIP - 1 &&
        ((this.#counts.get(near) ?? 0) >= COMMON || this.#isFamiliar(near))
      )
        return true;
    }
    return false;
  }
}

function* oneEditAway(word: string, letters: Iterable<string>): Generator<string> {
  for (let i = 0; i <= word.length; i++) {
    const [before, after] = [word.slice(0, i), word.slice(i)];
    if (after !== '') yield before + after.slice(1);
    if (after.length > 1) yield before + after[1] + after[0] + after.slice(2);
    for (const letter of letters) {
      if (after !== '') yield before + letter + after.slice(1);
      yield before + letter + after;
    }
  }
}
