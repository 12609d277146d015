import FlatQueue from 'flatqueue';
import { exp } from './exp';

/** One number per token of the vocabulary: logits or log-probabilities; `-Infinity` marks a token that cannot come. */
export type Scores = Float32Array | Float64Array;

/** Index of the greatest score; the lowest one among equals. */
export function argmax(scores: Scores): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}

/** log Σ exp(score), in float64. `-Infinity` when nothing is possible. */
export function logSumExp(scores: Scores): number {
  const max = scores[argmax(scores)];
  if (!Number.isFinite(max)) return max;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += exp(scores[i] - max);
  return max + Math.log(sum);
}

/** Natural logarithms of the probabilities, at the precision of the scores. */
export function logSoftmax<S extends Scores>(scores: S): S {
  const normaliser = logSumExp(scores);
  const out = scores.slice() as S;
  for (let i = 0; i < out.length; i++) out[i] -= normaliser;
  return out;
}

/** Probabilities rounded to float32, as a float32 softmax gives them. */
export function softmax32(scores: Float32Array): Float32Array {
  const max = scores[argmax(scores)];
  const out = new Float32Array(scores.length);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    out[i] = exp(Math.fround(scores[i] - max));
    sum += out[i];
  }
  const total = Math.fround(sum);
  for (let i = 0; i < out.length; i++) out[i] /= total;
  return out;
}

/** The `k`-th greatest score, counting equals separately; `k` from 1 on, clipped to the number of scores. */
export function kthGreatest(scores: Scores, k: number): number {
  const greatest = new FlatQueue<number>();
  let least = -Infinity;
  let full = false;
  for (let i = 0; i < scores.length; i++) {
    if (full && scores[i] <= least) continue;
    if (full) greatest.pop();
    greatest.push(i, scores[i]);
    full = greatest.length === k;
    least = greatest.peekValue() as number;
  }
  return least;
}

/** Indices of the `k` greatest scores, greatest first, lower index first among equals. O(n log k). */
export function topIndices(scores: Scores, k: number): number[] {
  const least = kthGreatest(scores, k);
  const above: number[] = [];
  const level: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > least) above.push(i);
    else if (scores[i] === least && level.length < k) level.push(i);
  }
  above.sort((a, b) => scores[b] - scores[a] || a - b);
  return [...above, ...level].slice(0, k);
}
