import { exp } from './exp';
import type { Rng } from './rng';
import { argmax, type Scores } from './scores';

/**
 * Draws a token with probability softmax(scores) by inverting the cumulative distribution in float64, in the order of
 * the token ids. Takes exactly one number of the stream.
 */
export function sample(scores: Scores, rng: Rng): number {
  const max = greatest(scores);
  let total = 0;
  for (let i = 0; i < scores.length; i++) total += exp(scores[i] - max);
  return draw(scores.length, (i) => exp(scores[i] - max), total, rng);
}

/** Draws `count` different tokens one after the other, each from what the earlier ones left; in order of drawing. */
export function sampleWithoutReplacement(scores: Scores, count: number, rng: Rng): number[] {
  const max = greatest(scores);
  const weights = Float64Array.from(scores, (score) => exp(score - max));
  const drawn: number[] = [];
  while (drawn.length < count) {
    // Summed anew each time: subtracting would leave a rounding error as the last tokens' mass.
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i];
    if (total === 0) break;
    const token = draw(weights.length, (i) => weights[i], total, rng);
    drawn.push(token);
    weights[token] = 0;
  }
  return drawn;
}

function greatest(scores: Scores): number {
  const max = scores[argmax(scores)];
  if (!Number.isFinite(max)) throw new Error('No token is possible: every score is -Infinity or not a number.');
  return max;
}

function draw(count: number, weight: (i: number) => number, total: number, rng: Rng): number {
  let left = rng() * total;
  let last = 0;
  for (let i = 0; i < count; i++) {
    const part = weight(i);
    if (part === 0) continue;
    last = i;
    left -= part;
    if (left < 0) break;
  }
  return last;
}
