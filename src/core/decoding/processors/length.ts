import type { Scores } from '../../logits';
import { FLOAT32_MAX, type LogitsProcessor } from './processor';

/** Forbids end-of-text while the sequence, prompt included, is shorter than `length` tokens. */
export function minLength(length: number, eosIds: readonly number[]): LogitsProcessor {
  return ({ ids }, scores) => {
    if (ids.length < length) for (const id of eosIds) scores[id] = -Infinity;
  };
}

/** Forbids end-of-text while fewer than `count` tokens are new. */
export function minNewTokens(count: number, eosIds: readonly number[]): LogitsProcessor {
  return ({ ids, promptLength }, scores) => {
    if (ids.length - promptLength < count) for (const id of eosIds) scores[id] = -Infinity;
  };
}

/**
 * From `start` new tokens on, raises the score of end-of-text by |score| · (factorⁿ - 1), n tokens after the start, so
 * that the text ends softly instead of at a hard limit; a masked token stays so, and where the power overflows the
 * score is the greatest there is. Hugging Face `ExponentialDecayLengthPenalty`.
 */
export function exponentialDecay(start: number, factor: number, eosIds: readonly number[]): LogitsProcessor {
  return ({ ids, promptLength }, scores) => {
    const past = ids.length - (start + promptLength);
    if (past <= 0) return;
    const growth = factor ** past - 1;
    for (const id of eosIds) {
      // A masked or a zero score times an overflowing factor would not be a number.
      if (scores[id] === -Infinity || scores[id] === 0) continue;
      scores[id] = Math.min(scores[id] + Math.abs(scores[id]) * growth, FLOAT32_MAX);
    }
  };
}

/** Leaves only the given tokens, with score 0, as the `at`-th token of the sequence, counted from 0. */
export function forceTokens(at: number, tokens: readonly number[]): LogitsProcessor {
  return ({ ids }, scores) => {
    if (ids.length === at) force(scores, tokens);
  };
}

/** Makes the continuation start with the given tokens. */
export function forceStart(start: readonly number[]): LogitsProcessor {
  return ({ ids, promptLength }, scores) => {
    const at = ids.length - promptLength;
    if (at < start.length) force(scores, [start[at]]);
  };
}

function force(scores: Scores, tokens: readonly number[]): void {
  scores.fill(-Infinity);
  for (const id of tokens) scores[id] = 0;
}
