import { UNDERFLOW } from '../exp';
import { argmax, kthGreatest, softmax32, topIndices } from '../scores';
import { check } from './check';
import { crossing } from './crossing';
import { type TruncationOptions, truncation, withDefaults } from './truncation';
import type { LogitsProcessor } from './types';

/** Most tokens that top-h looks at. */
const TOP_H_CANDIDATES = 100;

/**
 * Keeps the `k` most likely tokens, and all that tie with the last of them.
 * Fan, Lewis and Dauphin 2018, "Hierarchical Neural Story Generation", https://arxiv.org/abs/1805.04833
 */
export function topK(k: number, options?: TruncationOptions): LogitsProcessor {
  check('topK', k, Number.isInteger(k) && k > 0, 'an integer of at least 1');
  const { filterValue, minTokensToKeep } = withDefaults(options);
  // Usually the first to remove tokens, so it looks at all of them at once.
  return (_context, scores) => {
    const exact = scores instanceof Float32Array ? scores : Float32Array.from(scores);
    const least = kthGreatest(exact, Math.max(k, minTokensToKeep));
    for (let i = 0; i < scores.length; i++) if (exact[i] < least) scores[i] = filterValue;
  };
}

/**
 * Keeps the smallest set of most likely tokens with a mass of at least `p`: from the least likely upwards, tokens are
 * removed while their float32 cumulative probability is at most 1 - p. Of equal tokens the lower ids go first.
 * Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", https://arxiv.org/abs/1904.09751
 */
export function topP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('topP', p, p >= 0 && p <= 1, 'a number from 0 to 1');
  const limit = Math.fround(1 - p);
  return truncation((scores, keep) => {
    const best = scores[argmax(scores)];
    const places = new Float32Array(scores.length);
    for (let i = 0; i < places.length; i++) places[i] = Math.max(0, scores[i] - best - UNDERFLOW);
    const { before } = crossing(scores, places, softmax32(scores), (mass) => mass > limit);
    let kept = 0;
    for (let i = 0; i < before.length; i++) kept += 1 - before[i];
    if (kept < keep) keepLastOfBest(scores, keep, before);
    return before;
  }, options);
}

/**
 * Keeps most likely tokens, of at most 100, while the entropy they add up to stays within `h` of the whole entropy.
 * Potraghloo et al. 2025, "Top-H Decoding", https://arxiv.org/abs/2509.02510
 */
export function topH(h: number, options?: TruncationOptions): LogitsProcessor {
  check('topH', h, h > 0 && h <= 1, 'a number above 0, up to 1');
  return truncation((scores) => {
    const top = topIndices(scores, TOP_H_CANDIDATES);
    const probs = softmax32(Float32Array.from(top, (i) => scores[i]));
    const terms = Array.from(probs, (p) => (p > 0 ? Math.fround(-p * Math.fround(Math.log(p))) : 0));
    const limit = Math.fround(Math.fround(terms.reduce((sum, term) => sum + term, 0)) * Math.fround(h));
    const removed = new Uint8Array(scores.length).fill(1);
    let entropy = 0;
    for (const [rank, i] of top.entries()) {
      entropy += terms[rank];
      const within = probs[rank] > 0 && Math.fround(entropy) <= limit;
      if (rank === 0 || within) removed[i] = 0;
    }
    return removed;
  }, options);
}

/** Takes the marks off the `count` greatest scores; of equals those of the highest indices. */
function keepLastOfBest(scores: Float32Array, count: number, marks: Uint8Array): void {
  for (const i of topIndices(scores.toReversed(), count)) marks[scores.length - 1 - i] = 0;
}
