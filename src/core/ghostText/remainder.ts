import { unbalancedAt } from '../completion/balance';
import { spelling } from '../completion/text';
import type { CompleteRequest, Suggestion } from '../completion/types';
import { sentenceSpans } from '../text/sentences';

/**
 * The rest of a suggestion after its first characters were typed, or null when something else was typed or nothing is
 * left. Fully typed tokens are dropped; a partly typed one counts as healed.
 */
export function remainder(suggestion: Suggestion, typed: string): Suggestion | null {
  const { text } = suggestion;
  if (text.length <= typed.length || !text.startsWith(typed)) return null;
  let healed = suggestion.healed + typed;
  let first = 0;
  while (first < suggestion.tokens.length && suggestion.tokens[first].text.length <= healed.length) {
    healed = healed.slice(suggestion.tokens[first].text.length);
    first++;
  }
  const tokens = suggestion.tokens.slice(first);
  // What was typed as suggested makes the rest more probable. By how much is known within the first word or two, and at
  // the ends of words.
  const begun = typed === '' ? 0 : Math.log(Math.max(typedAs(suggestion, typed.length), Number.MIN_VALUE));
  const learnt = (logprob: number): number => Math.min(0, logprob - begun);
  return {
    ...suggestion,
    text: text.slice(typed.length),
    tokens,
    healed,
    begins: suggestion.begins.slice(typed.length).map((chance) => Math.exp(learnt(Math.log(chance)))),
    words: suggestion.words.flatMap(({ length, confidence, logprob }) => {
      return length > typed.length ? [{ length: length - typed.length, confidence, logprob: learnt(logprob) }] : [];
    }),
    logprob: tokens.reduce((sum, token) => sum + token.logprob, 0),
  };
}

/** Pairs that editors close automatically. */
const PAIRS: ReadonlySet<string> = new Set(['()', '[]', '{}', '""', '“”', '«»']);

/**
 * The rest of a suggestion when its first sign was typed and the editor inserted the closing sign behind the cursor: up
 * to the place where the suggestion closes the pair itself. Null when something else was typed or nothing is left.
 * @param pair the two signs
 */
export function remainderInside(suggestion: Suggestion, pair: string): Suggestion | null {
  const rest = PAIRS.has(pair) ? remainder(suggestion, pair[0]) : null;
  if (rest === null) return null;
  const text = rest.text.slice(0, unbalancedAt(pair[0], rest.text, pair[1])).trimEnd();
  const tokens = spelling(rest.tokens, rest.healed.length + text.length);
  return text === ''
    ? null
    : {
        ...rest,
        text,
        tokens,
        logprob: tokens.reduce((sum, token) => sum + token.logprob, 0),
        begins: rest.begins.slice(0, text.length),
        words: rest.words.filter(({ length }) => length <= text.length),
      };
}

/** The probability that this many characters were typed as suggested. */
function typedAs({ begins, words }: Suggestion, length: number): number {
  if (length <= begins.length) return begins[length - 1];
  const ends = words.filter((word) => word.length <= length).map(({ logprob }) => Math.exp(logprob));
  return Math.min(begins.at(-1) ?? 1, ...ends);
}

/** A running generation: the text it continues, and what it has come up with so far. */
export interface Running {
  readonly prefix: string;
  readonly partial: string;
}

/**
 * Whether a running generation may still answer a request for `prefix`: nothing but what it has generated was typed
 * since, or it has not got that far and so may yet agree.
 */
export function agreesWith(running: Running, prefix: string): boolean {
  if (!prefix.startsWith(running.prefix)) return false;
  const typed = prefix.slice(running.prefix.length);
  return running.partial.startsWith(typed) || typed.startsWith(running.partial);
}

/** Sentences before the cursor are found within this many characters. */
const REACH = 500;

/** The part of a suggestion that ends the sentence under way, or all of it when it ends none. */
export function firstSentence(before: string, suggestion: string): string {
  const near = before.slice(-REACH);
  const text = near + suggestion;
  const end = sentenceSpans(text).find(([, to]) => text.slice(near.length, to).trim() !== '')?.[1];
  // A space at the end parts the suggestion from the word behind the cursor.
  return end === undefined || text.slice(end).trim() === '' ? suggestion : text.slice(near.length, end);
}

/** The request for what comes after an accepted suggestion, so that it can be computed ahead. */
export function continuation(request: CompleteRequest, accepted: Pick<Suggestion, 'text'>): CompleteRequest {
  const { style } = request;
  // Behind the accepted text nothing has been closed.
  const further = style?.startsWord ? { style: { ...style, startsWord: false } } : {};
  return { ...request, ...further, prefix: request.prefix + accepted.text };
}
