import { foldCase, OF_WORD, SETS_NO_SPACES, wordsOf } from '../text/words';
import { unbalancedAt } from './balance';
import { loopAt } from './repetition';
import { withoutFirstSign } from './text';
import type { GuardReason } from './types';

export interface Guarded {
  /** UTF-16 units of the suggestion that may be shown. */
  readonly length: number;
  readonly guard: GuardReason | null;
}

/** Phrases that the model has seen too often on web pages, and the replacement character. The suggestion ends there. */
const BOILERPLATE =
  /\b(?:click here|read more|sign up (?:for|to)|subscribe (?:to|now)|all rights reserved|share this|advertisement|photo (?:by|credit)|image (?:copyright|credit|via)|follow us on|terms of (?:service|use)|privacy policy|get the latest|newsletter)\b|\ufffd/iu;

/**
 * The part of a suggestion that may be shown after `before`: it ends where it begins to repeat itself, leaves a quote
 * or bracket unbalanced or closes one that is already closed in `after`, turns into boilerplate, or uses a blocked
 * word. Whole words only.
 */
export function guard(before: string, suggestion: string, blockedWords: readonly string[] = [], after = ''): Guarded {
  const places: [number, GuardReason][] = [
    [loopAt(before, suggestion), 'repetition'],
    [unbalancedAt(before, suggestion, after), 'unbalanced'],
    [place(BOILERPLATE.exec(suggestion)), 'boilerplate'],
    [blockedAt(before, suggestion, blockedWords), 'blocked-word'],
  ];
  const [at, reason] = places.reduce((first, other) => (other[0] < first[0] ? other : first));
  if (at === Number.POSITIVE_INFINITY) return { length: suggestion.length, guard: null };
  let kept = withoutFirstSign(suggestion.slice(0, at)).trimEnd();
  // The part cut off may have closed a sign in the rest, which then must go too.
  for (let open = unbalancedAt(before, kept, after); open < kept.length; open = unbalancedAt(before, kept, after)) {
    kept = kept.slice(0, open).trimEnd();
  }
  return { length: kept.length, guard: reason };
}

function place(match: RegExpExecArray | null): number {
  return match?.index ?? Number.POSITIVE_INFINITY;
}

/** Longer runs of letters are no words. */
const LONGEST_WORD = 200;

/** Start of a blocked word; 0 when the suggestion completes a partial one. */
function blockedAt(before: string, suggestion: string, blockedWords: readonly string[]): number {
  if (blockedWords.length === 0) return Number.POSITIVE_INFINITY;
  const blocked = new Set(blockedWords.map(foldCase));
  const unspaced = [...blocked].filter(isUnspaced);
  let from = before.length;
  while (from > 0 && before.length - from < LONGEST_WORD && OF_WORD.test(before[from - 1])) from--;
  const begun = before.slice(from);
  for (const { text, at, length } of wordsOf(begun + suggestion)) {
    if (isBlocked(text, blocked, unspaced) && at + length > begun.length) return Math.max(0, at - begun.length);
  }
  return Number.POSITIVE_INFINITY;
}

/** Marks, and the sign that makes a vowel of Katakana long: they belong to the character before them. */
const OF_CHARACTER = /^[\p{M}ー]/u;

function isUnspaced(word: string): boolean {
  return word !== '' && [...word].every((sign) => SETS_NO_SPACES.test(sign) || OF_CHARACTER.test(sign));
}

/**
 * Whether a word is blocked, as it is, with an ending (`Anna's`) or with an article (`l'homme`), or in a row of words.
 * @param unspaced the blocked words that stand in such rows
 */
function isBlocked(word: string, blocked: ReadonlySet<string>, unspaced: readonly string[]): boolean {
  if (blocked.has(word)) return true;
  if (word.includes("'") && word.split("'").some((part) => part.length > 1 && blocked.has(part))) return true;
  return unspaced.some((each) => word.includes(each));
}
