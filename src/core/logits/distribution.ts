import { type Scores, topIndices } from './ranking';
import { normaliser } from './softmax';

/** A token of the top of a distribution. */
export interface RankedToken {
  readonly id: number;
  readonly logit: number;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/**
 * The k most probable tokens (all of them when k exceeds their number), most probable first; the lower id wins a tie.
 * O(n + k log k) for n logits.
 * @throws a RangeError when k is not a whole number from 0 on, and as `normaliser`
 */
export function topK(logits: Scores, k: number): RankedToken[] {
  if (!Number.isInteger(k) || k < 0) throw new RangeError(`The number of tokens must be 0 or more, not ${k}.`);
  const total = normaliser(logits);
  if (k === 0) return [];
  return topIndices(logits, k).map((id) => ({ id, logit: logits[id], logprob: logits[id] - total }));
}
