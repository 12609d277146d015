import type { Span } from '../text/sentences';

/** A token as needed for sums: its place, and its natural log-probability, `null` without context. */
export interface PlacedToken {
  readonly utf16: Span;
  readonly logprob: number | null;
}

/** A word or sentence with the log-probability of the tokens that spell it. */
export interface Passage {
  readonly text: string;
  readonly utf16: Span;
  /** Indices of its tokens, half-open. */
  readonly tokens: Span;
  /** Sum over its tokens; `null` when one of them has none, or when it has no token. */
  readonly logprob: number | null;
}

/** A word, or a run of the punctuation around words. */
export const WORD_OR_PUNCTUATION =
  /[\p{L}\p{N}\p{M}]+(?:['’.,:_@/-][\p{L}\p{N}\p{M}]+)*|[^\p{L}\p{N}\p{M}\p{White_Space}]+/gu;

/** Spans of the words of a text and, apart from them, of the punctuation around them. `don't` and `3.14` are words. */
export function wordSpans(text: string): Span[] {
  return Array.from(text.matchAll(WORD_OR_PUNCTUATION), ({ 0: part, index }) => [index, index + part.length]);
}

/** Whether a passage has a letter or digit in it. */
export function isWord(passage: string): boolean {
  return /[\p{L}\p{N}]/u.test(passage);
}

/**
 * Adds up log-probabilities over spans of a text. A token belongs to the first span that it touches, so none counts
 * twice: ` world` counts for `world`, a token of white space alone for no word.
 *
 * @param spans in the order of the text, not overlapping
 * @param tokens all tokens of the text, in order
 */
export function scorePassages(text: string, spans: readonly Span[], tokens: readonly PlacedToken[]): Passage[] {
  let at = 0;
  return spans.map((utf16) => {
    while (at < tokens.length && tokens[at].utf16[1] <= utf16[0]) at++;
    const first = at;
    let logprob: number | null = 0;
    for (; at < tokens.length && tokens[at].utf16[0] < utf16[1]; at++) {
      const own = tokens[at].logprob;
      logprob = logprob === null || own === null ? null : logprob + own;
    }
    return { text: text.slice(...utf16), utf16, tokens: [first, at], logprob: at > first ? logprob : null };
  });
}
