/**
 * A pool of one buffer, reused for every token, as allocating would cost more than the computation. Its contents are
 * those of the previous use; the caller must not keep it.
 */
export function reusable<Buffer extends { readonly length: number; subarray(start: number, end: number): Buffer }>(
  make: (length: number) => Buffer,
): (length: number) => Buffer {
  let kept = make(0);
  return (length) => {
    if (kept.length < length) kept = make(length);
    return kept.length === length ? kept : kept.subarray(0, length);
  };
}

/** One number for each token id: logits or log-probabilities. `-Infinity` marks a token that cannot come. */
export type Scores = Float32Array | Float64Array;

const maximaBuffer = reusable((length) => new Float64Array(length));

/** Longest block; a few hundred of them cover GPT-2's vocabulary. */
const BLOCK = 64;

/**
 * The greatest score of each block of `size` scores, the last block being what is left. Four comparisons at a time go
 * three times as fast as one, and a search for few scores among many can pass over most blocks afterwards.
 * Not-a-number counts as nothing. The result is overwritten by the next call.
 */
function blockMaxima(scores: Scores, size = BLOCK): Float64Array {
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

/** Puts the ids of the scores above minus infinity into `ids`, in order. Their number, and the greatest score. */
export function unmaskedIds(scores: Scores, ids: Int32Array): { count: number; max: number } {
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

/** Index of the greatest score; the lowest one among equals. */
export function argmax(scores: Scores): number {
  const maxima = blockMaxima(scores);
  let best = 0;
  for (let block = 1; block < maxima.length; block++) if (maxima[block] > maxima[best]) best = block;
  return Math.max(0, scores.indexOf(maxima[best], best * BLOCK));
}

/**
 * Indices of the `k` greatest scores, greatest first, lower index first among equals. O(n + k log k), however many are
 * equal.
 */
export function topIndices(scores: Scores, k: number): number[] {
  const above: number[] = [];
  const equal: number[] = [];
  eachFromBound(scores, k, (i, bound) => {
    if (scores[i] > bound) above.push(i);
    else if (equal.length < k) equal.push(i);
  });
  // Indices come in order and the sort is stable.
  const greatest = above.sort((a, b) => scores[b] - scores[a]).slice(0, k);
  return [...greatest, ...equal.slice(0, k - greatest.length)];
}

/** The `k`-th greatest score, counting equals separately; `k` from 1 on, clipped to the number of scores. */
export function kthGreatest(scores: Scores, k: number): number {
  return k === 1 ? scores[argmax(scores)] : scores[topIndices(scores, k).at(-1) as number];
}

/** Indices, in order, of the scores that the `k`-th greatest does not exceed: `k` of them, or more where some tie. */
export function atLeastKth(scores: Scores, k: number): number[] {
  const found: number[] = [];
  const above: number[] = [];
  eachFromBound(scores, k, (i, bound) => {
    found.push(i);
    if (scores[i] > bound) above.push(scores[i]);
  });
  if (above.length < k) return found;
  const least = nthGreatest(Float64Array.from(above), k);
  return found.filter((i) => scores[i] >= least);
}

/** Visits, in order, the indices of all scores that are not below a bound, of which the `k`-th greatest is one. */
function eachFromBound(scores: Scores, k: number, visit: (i: number, bound: number) => void): void {
  const size = Math.max(1, Math.min(BLOCK, Math.floor(scores.length / (4 * k))));
  const maxima = blockMaxima(scores, size);
  // Each of the k greatest maxima is a score, so the k-th greatest score is no smaller.
  const bound = nthGreatest(maxima, k);
  for (let block = 0; block < maxima.length; block++) {
    if (maxima[block] < bound) continue;
    const end = Math.min(scores.length, (block + 1) * size);
    for (let i = block * size; i < end; i++) if (scores[i] >= bound) visit(i, bound);
  }
}

/** How many tokens have a greater score than this one: 0 for the first choice. The lower id wins a tie. */
export function rankOf(scores: Scores, id: number): number {
  const score = scores[id];
  if (score === undefined) throw new RangeError(`There is no logit for token ${id}: there are ${scores.length}.`);
  let rank = 0;
  for (let other = 0; other < scores.length; other++) {
    if (scores[other] > score || (scores[other] === score && other < id)) rank++;
  }
  return rank;
}

/** The `n`-th greatest value, or the least where there are fewer. */
function nthGreatest(values: Float64Array, n: number): number {
  return values.slice().sort()[Math.max(0, values.length - n)];
}
