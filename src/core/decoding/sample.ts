import { exp } from './exp';
import type { Rng } from './rng';
import { argmax, type Scores } from './scores';

/**
 * Draws a token with probability softmax(scores) by inverting the cumulative distribution in float64, in the order of
 * the token ids. Takes exactly one number of the stream.
 */
export function sample(scores: Scores, rng: Rng): number {
  const weights = weigh(scores);
  return draw(weights.values, weights.total, rng);
}

/** Draws `count` different tokens one after the other, each from what the earlier ones left; in order of drawing. */
export function sampleWithoutReplacement(scores: Scores, count: number, rng: Rng): number[] {
  const { values } = weigh(scores);
  const drawn: number[] = [];
  while (drawn.length < count) {
    // Summed anew each time: subtracting would leave a rounding error as the last tokens' mass.
    const total = values.reduce((sum, value) => sum + value, 0);
    if (total === 0) break;
    const token = draw(values, total, rng);
    drawn.push(token);
    values[token] = 0;
  }
  return drawn;
}

function weigh(scores: Scores): { values: Float64Array; total: number } {
  const max = scores[argmax(scores)];
  if (!Number.isFinite(max)) throw new Error('No token is possible: every score is -Infinity or not a number.');
  const values = new Float64Array(scores.length);
  let total = 0;
  for (let i = 0; i < scores.length; i++) {
    values[i] = exp(scores[i] - max);
    total += values[i];
  }
  return { values, total };
}

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
