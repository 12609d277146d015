import { exp } from '../decoding/exp';
import { topIndices } from '../decoding/scores';

/** One logit for each token id, in natural units. Minus infinity marks a token that decoding has ruled out. */
export type Logits = Float32Array | Float64Array;

/** A token of the top of a distribution. */
export interface RankedToken {
  readonly id: number;
  readonly logit: number;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

function largest(logits: Logits): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) if (logits[id] > max) max = logits[id];
  return max;
}

/** The largest logit and the sum of the exponentials relative to it, in float64: nothing overflows. */
function shiftedSum(logits: Logits): { max: number; sum: number } {
  const max = largest(logits);
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += exp(logits[id] - max);
  if (!Number.isFinite(sum)) {
    throw new RangeError('These logits are not a distribution: one is NaN or +Infinity, or none is finite.');
  }
  if (sum === 0) throw new RangeError('An empty vector of logits is not a distribution.');
  return { max, sum };
}

/** `log(sum(exp(logits)))`. Throws a `RangeError` unless at least one logit is finite and none is NaN or +Infinity. */
export function logSumExp(logits: Logits): number {
  const { max, sum } = shiftedSum(logits);
  return max + Math.log(sum);
}

/** The log-probability of every token, float64, natural logarithm. Throws as `logSumExp`. */
export function logSoftmax(logits: Logits): Float64Array {
  const { max, sum } = shiftedSum(logits);
  const logSum = Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - max - logSum);
}

/** The probability of every token, float64. Throws as `logSumExp`. */
export function softmax(logits: Logits): Float64Array {
  const { max, sum } = shiftedSum(logits);
  return Float64Array.from(logits, (logit) => exp(logit - max) / sum);
}

/** Shannon entropy of the next token in nats. Throws as `logSumExp`. */
export function entropy(logits: Logits): number {
  const { max, sum } = shiftedSum(logits);
  let weighted = 0;
  for (let id = 0; id < logits.length; id++) {
    const shifted = logits[id] - max;
    const weight = exp(shifted);
    if (weight > 0) weighted += weight * shifted;
  }
  return Math.log(sum) - weighted / sum;
}

/** How many tokens the model prefers to this one: 0 for its first choice. The lower id wins a tie. */
export function rankOf(logits: Logits, id: number): number {
  const logit = logits[id];
  if (logit === undefined) throw new RangeError(`There is no logit for token ${id}: there are ${logits.length}.`);
  let rank = 0;
  for (let other = 0; other < logits.length; other++) {
    if (logits[other] > logit || (logits[other] === logit && other < id)) rank++;
  }
  return rank;
}

/**
 * The k most probable tokens (all of them when k exceeds their number), most probable first; the lower id wins a tie.
 * O(n + k log k) for n logits. Throws a `RangeError` when k is not a whole number from 0 on, and as `logSumExp`.
 */
export function topK(logits: Logits, k: number): RankedToken[] {
  if (!Number.isInteger(k) || k < 0) throw new RangeError(`The number of tokens must be 0 or more, not ${k}.`);
  const total = logSumExp(logits);
  if (k === 0) return [];
  return topIndices(logits, k).map((id) => ({ id, logit: logits[id], logprob: logits[id] - total }));
}
