import type { LogitsProcessor } from './types';

/** Which tokens may follow a sequence; never an empty list. The batch number is always 0. */
export type PrefixAllowedTokens = (batch: number, ids: readonly number[]) => Iterable<number>;

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
