import { keepsFullStop } from '../text/sentences';

/** Characters of a word, with those that join its parts: `don't`, `well-known`. */
const WORD_END = /[\p{L}\p{N}\p{M}'’_-]$/u;
const WORD_START = /^[\p{L}\p{N}\p{M}'’_-]/u;

/** What the groups of a number are parted by: `1,000`, `10:30`, `3.5`. */
const GROUP_END = /\p{N}[.,:]$/u;
const DIGIT_START = /^\p{N}/u;
/** Signs that a price, a name, a number or a quoted word begins with: `$5`, `@name`, `#1`, `‘so’`. */
const FIRST_SIGN = /[\p{Sc}@#‘‚]$/u;
const LETTER_OR_DIGIT_START = /^[\p{L}\p{N}]/u;

/** Whether `next` goes on with the word or number at the end of `text`. */
export function continuesWord(text: string, next: string): boolean {
  const end = text.slice(-3);
  return (
    (WORD_END.test(end) && WORD_START.test(next)) ||
    (GROUP_END.test(end) && DIGIT_START.test(next)) ||
    (FIRST_SIGN.test(end) && LETTER_OR_DIGIT_START.test(next))
  );
}

/** A text that a word was cut off from, without the sign that the word began with. */
export function withoutFirstSign(text: string): string {
  return text.replace(FIRST_SIGN, '');
}

const SPACE_END = /[\p{White_Space}\u180e\u200b\u2060]$/u;
const SPACE_START = /^[\p{White_Space}\u180e\u200b\u2060]/u;

/** Whether a text ends in white space of any kind, including zero-width. */
export function endsInSpace(text: string): boolean {
  return SPACE_END.test(text.slice(-1));
}

/** Whether a text begins with white space of any kind, including zero-width. */
export function beginsWithSpace(text: string): boolean {
  return SPACE_START.test(text);
}

/** The first line of a text. */
export function restOfLine(text: string): string {
  return /^[^\n\r\u2028\u2029]*/.exec(text)?.[0] ?? '';
}

/**
 * Removes the end of a suggestion that repeats what follows the cursor: before `.` a second full stop, before ` day.` a
 * second day. Trailing white space is removed too.
 * @param suffix the rest of the line; text of later lines may be repeated
 */
export function withoutSuffix(text: string, suffix: string): string {
  for (const following of [suffix, suffix.trimStart()]) {
    for (let length = Math.min(text.length, following.length); length > 0; length--) {
      if (!text.endsWith(following.slice(0, length))) continue;
      const kept = text.slice(0, -length);
      const cutsWord =
        continuesWord(kept, text.slice(-length)) || continuesWord(following.slice(0, length), following.slice(length));
      if (!cutsWord) return kept.trimEnd();
    }
  }
  return text.trimEnd();
}

const END_SIGNS = /[.,;:!?…]{1,8}$/u;
/** What ends or parts a sentence, behind what closes something. */
const PUNCTUATION_FOLLOWS = /^["'”’»)\]*_]{0,8}[.,;:!?…]/u;

/**
 * Removes the signs that end or part a sentence from the end of a suggestion where such a sign follows the cursor, but
 * not a full stop that belongs to a word.
 * @param before the text before the suggestion
 */
export function withoutEndSigns(text: string, suffix: string, before: string): string {
  if (!PUNCTUATION_FOLLOWS.test(suffix) || keepsFullStop(before + text)) return text;
  return text.replace(END_SIGNS, '');
}

/** A word, or what opens before one: a bracket, a quote, emphasis, code, a link; not the sign of a note. */
const BEGINS_WORD = /^[*_~`"'“‘«]*(?:[\p{L}\p{N}({¿¡„]|\[(?!\^))/u;
const OPENING_END = /(?:^|[\p{Ps}\p{Pi}„¿¡])$/u;

/** What parts a text written between `before` and `suffix` from a word that follows it: a space or nothing. */
export function spaceBefore(suffix: string, before: string): string {
  return BEGINS_WORD.test(suffix) && (endsInSpace(before) || OPENING_END.test(before.slice(-1))) ? ' ' : '';
}

/** The first tokens that spell `length` characters; the last one is cut if necessary. */
export function spelling<T extends { readonly text: string }>(tokens: readonly T[], length: number): T[] {
  const kept: T[] = [];
  let left = length;
  for (const token of tokens) {
    if (left <= 0) break;
    kept.push(token.text.length > left ? { ...token, text: token.text.slice(0, left) } : token);
    left -= token.text.length;
  }
  return kept;
}
