import { BLOCK, blockMaxima } from './blocks';
import { exp } from './exp';

/** One number per token of the vocabulary: logits or log-probabilities; `-Infinity` marks a token that cannot come. */
export type Scores = Float32Array | Float64Array;

/** Index of the greatest score; the lowest one among equals. */
export function argmax(scores: Scores): number {
  const maxima = blockMaxima(scores);
  let best = 0;
  for (let block = 1; block < maxima.length; block++) if (maxima[block] > maxima[best]) best = block;
  return Math.max(0, scores.indexOf(maxima[best], best * BLOCK));
}

/** log Σ exp(score), in float64 and one pass. `-Infinity` when nothing is possible. */
export function logSumExp(scores: Scores): number {
  let max = -Infinity;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (score > max) {
      sum = sum * exp(max - score) + 1;
      max = score;
    } else if (score !== -Infinity) {
      sum += exp(score - max);
    }
  }
  return Number.isFinite(max) ? max + Math.log(sum) : max;
}

/** Natural logarithms of the probabilities, at the precision of the scores; into `out`, which may be `scores`. */
export function logSoftmax<S extends Scores>(scores: S, out: S = scores.slice() as S): S {
  const normaliser = logSumExp(scores);
  for (let i = 0; i < out.length; i++) out[i] = scores[i] - normaliser;
  return out;
}

/** Probabilities rounded to float32, as a float32 softmax gives them; into `out`. */
export function softmax32(scores: Float32Array, out = new Float32Array(scores.length)): Float32Array {
  const max = scores[argmax(scores)];
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    out[i] = exp(Math.fround(scores[i] - max));
    sum += out[i];
  }
  const total = Math.fround(sum);
  for (let i = 0; i < out.length; i++) out[i] /= total;
  return out;
}

/** Indices of the `k` greatest scores, greatest first, lower index first among equals. O(n + k log k). */
export function topIndices(scores: Scores, k: number): number[] {
  // Ids come in order and the sort is stable.
  return atLeastKth(scores, k)
    .sort((a, b) => scores[b] - scores[a])
    .slice(0, k);
}

/** The `k`-th greatest score, counting equals separately; `k` from 1 on, clipped to the number of scores. */
export function kthGreatest(scores: Scores, k: number): number {
  return k === 1 ? scores[argmax(scores)] : scores[topIndices(scores, k).at(-1) as number];
}

/** Indices, in order, of the scores that the `k`-th greatest does not exceed: `k` of them, or more where some tie. */
export function atLeastKth(scores: Scores, k: number): number[] {
  const size = Math.max(1, Math.min(BLOCK, Math.floor(scores.length / (4 * k))));
  const maxima = blockMaxima(scores, size);
  // Each of the k greatest maxima is a score, so the k-th greatest score is no smaller.
  const bound = nthGreatest(maxima, k);
  const found: number[] = [];
  for (let block = 0; block < maxima.length; block++) {
    if (maxima[block] < bound) continue;
    const end = Math.min(scores.length, (block + 1) * size);
    for (let i = block * size; i < end; i++) if (scores[i] >= bound) found.push(i);
  }
  const least = nthGreatest(
    Float64Array.from(found, (i) => scores[i]),
    k,
  );
  return found.filter((i) => scores[i] >= least);
}

/** The `n`-th greatest value, or the least where there are fewer. */
function nthGreatest(values: Float64Array, n: number): number {
  return values.slice().sort()[Math.max(0, values.length - n)];
}
