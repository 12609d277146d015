import type { LogitsProcessor } from './processor';

/** A token sequence and what is added to the score of its last token when the next token can complete it. */
export type SequenceBias = readonly [ids: readonly number[], bias: number];

/** Which tokens may follow a sequence; never an empty list. The batch number is always 0. */
export type PrefixAllowedTokens = (batch: number, ids: readonly number[]) => Iterable<number>;

/**
 * Adds each sequence's bias to its last token when the preceding tokens are at the end of the text. As in Hugging
 * Face's `SequenceBiasLogitsProcessor`, a sequence one token longer than the text is ignored, and the last bias of a
 * duplicate sequence applies.
 * @throws RangeError when a biased token is outside the vocabulary
 */
export function sequenceBias(biases: readonly SequenceBias[]): LogitsProcessor {
  const unique = [...new Map(biases.map((bias) => [bias[0].join(), bias])).values()];
  return ({ ids }, scores) => {
    for (const [sequence, bias] of unique) {
      const unknown = sequence.find((id) => id >= scores.length);
      if (unknown !== undefined) {
        throw new RangeError(`A sequence names token ${unknown}, but there are ${scores.length}.`);
      }
      if (sequence.length > 1 && !completes(sequence, ids)) continue;
      const last = sequence[sequence.length - 1];
      // A score that another bias made infinite would not be a number any more.
      scores[last] = bias === -Infinity ? bias : scores[last] + bias;
    }
  };
}

/** Forbids sequences. A word that is an end-of-text token alone is left allowed, as in Hugging Face. */
export function badWords(words: readonly (readonly number[])[], eosIds: readonly number[] = []): LogitsProcessor {
  const banned = words.filter((word) => !(word.length === 1 && eosIds.includes(word[0])));
  return sequenceBias(banned.map((word): SequenceBias => [word, -Infinity]));
}

/** Forbids tokens everywhere. */
export function suppressTokens(tokens: readonly number[]): LogitsProcessor {
  return (_context, scores) => {
    for (const id of tokens) scores[id] = -Infinity;
  };
}

/** Forbids tokens as the `at`-th token of the sequence, counted from 0. */
export function suppressTokensAt(at: number, tokens: readonly number[]): LogitsProcessor {
  return ({ ids }, scores) => {
    if (ids.length === at) for (const id of tokens) scores[id] = -Infinity;
  };
}

/**
 * Leaves only the tokens that a function of the sequence allows.
 * De Cao et al. 2021, "Autoregressive Entity Retrieval", https://arxiv.org/abs/2010.00904
 */
export function allowOnly(allowed: PrefixAllowedTokens): LogitsProcessor {
  return ({ ids }, scores) => {
    const kept = [...new Set(allowed(0, ids))].map((id) => [id, scores[id]]);
    if (kept.length === 0) throw new Error('prefixAllowedTokensFn allowed no token: its constraint cannot be met.');
    scores.fill(-Infinity);
    for (const [id, score] of kept) scores[id] = score;
  };
}

function completes(sequence: readonly number[], ids: readonly number[]): boolean {
  if (sequence.length > ids.length) return false;
  const start = ids.length - (sequence.length - 1);
  return sequence.slice(0, -1).every((id, i) => ids[start + i] === id);
}
