import { reusable } from './buffer';
import type { Scores } from './scores';

const maximaBuffer = reusable((length) => new Float64Array(length));

/** Longest block; a few hundred of them cover GPT-2's vocabulary. */
export const BLOCK = 64;

/**
 * The greatest score of each block of `size` scores, the last block being what is left. Four comparisons at a time go
 * three times as fast as one, and whoever looks for few scores among many can pass over most blocks afterwards.
 * Not-a-number counts as nothing. The result is overwritten by the next call.
 */
export function blockMaxima(scores: Scores, size = BLOCK): Float64Array {
  const maxima = maximaBuffer(Math.ceil(scores.length / size));
  for (let block = 0; block < maxima.length; block++) {
    const end = Math.min(scores.length, (block + 1) * size);
    let i = block * size;
    let a = -Infinity;
    let b = -Infinity;
    let c = -Infinity;
    let d = -Infinity;
    for (; i + 3 < end; i += 4) {
      if (scores[i] > a) a = scores[i];
      if (scores[i + 1] > b) b = scores[i + 1];
      if (scores[i + 2] > c) c = scores[i + 2];
      if (scores[i + 3] > d) d = scores[i + 3];
    }
    for (; i < end; i++) if (scores[i] > a) a = scores[i];
    maxima[block] = Math.max(a, b, c, d);
  }
  return maxima;
}

/** Puts the indices of the scores above minus infinity into `ids`, in order. Their number, and the greatest score. */
export function possible(scores: Scores, ids: Int32Array): { count: number; max: number } {
  const maxima = blockMaxima(scores);
  let count = 0;
  let max = -Infinity;
  for (let block = 0; block < maxima.length; block++) {
    if (maxima[block] === -Infinity) continue;
    if (maxima[block] > max) max = maxima[block];
    const end = Math.min(scores.length, (block + 1) * BLOCK);
    for (let id = block * BLOCK; id < end; id++) if (scores[id] !== -Infinity) ids[count++] = id;
  }
  return { count, max };
}
