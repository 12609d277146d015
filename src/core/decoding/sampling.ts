import { exp } from '../logits/probabilities';
import { reusable, type Scores, unmaskedIds } from '../logits/ranking';
import type { Rng } from './random';

const idBuffer = reusable((length) => new Int32Array(length));
const weightBuffer = reusable((length) => new Float64Array(length));

/**
 * Draws a token with probability softmax(scores) by inverting the cumulative distribution in float64, in the order of
 * the token ids. Takes exactly one number of the stream.
 */
export function sample(scores: Scores, rng: Rng): number {
  const { ids, weights, total } = weigh(scores);
  return ids[draw(weights, total, rng)];
}

/** Draws `count` different tokens one after the other, each from what the earlier ones left; in order of drawing. */
export function sampleWithoutReplacement(scores: Scores, count: number, rng: Rng): number[] {
  const { ids, weights } = weigh(scores);
  const drawn: number[] = [];
  while (drawn.length < count) {
    // Summed again for each draw: subtracting would leave a rounding error as the mass of the last tokens.
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i];
    if (total === 0) break;
    const at = draw(weights, total, rng);
    drawn.push(ids[at]);
    weights[at] = 0;
  }
  return drawn;
}

/** The tokens that are possible, in order, and exp(score) of each relative to the greatest. */
function weigh(scores: Scores): { ids: Int32Array; weights: Float64Array; total: number } {
  const ids = idBuffer(scores.length);
  const { count, max } = unmaskedIds(scores, ids);
  if (count === 0) throw new Error('No token is possible: the options forbid every one.');
  if (max === Infinity) throw new Error('A score is infinite, so no token can be drawn.');
  const weights = weightBuffer(scores.length);
  let total = 0;
  for (let i = 0; i < count; i++) {
    weights[i] = exp(scores[ids[i]] - max);
    total += weights[i];
  }
  if (Number.isNaN(total)) throw new Error('A score is not a number, so no token can be drawn.');
  return { ids: ids.subarray(0, count), weights: weights.subarray(0, count), total };
}

/** The place at which the running sum of the weights passes a random share of the total; never one of weight 0. */
function draw(weights: Float64Array, total: number, rng: Rng): number {
  let left = rng() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}
