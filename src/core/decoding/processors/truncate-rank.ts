import { asFloat32, kthGreatest, softmax32, topIndices, UNDERFLOW } from '../scores';
import { check, truncation } from './check';
import { crossing } from './crossing';
import type { LogitsProcessor, TruncationOptions } from './types';

/** Most tokens that top-h looks at. */
const TOP_H_CANDIDATES = 100;
const BINS_PER_NAT = 16;

/**
 * Keeps the `k` most likely tokens, and all that tie with the last of them.
 * Fan, Lewis and Dauphin 2018, "Hierarchical Neural Story Generation", https://arxiv.org/abs/1805.04833
 */
export function topK(k: number, options?: TruncationOptions): LogitsProcessor {
  check('topK', k, Number.isInteger(k) && k > 0, 'an integer of at least 1');
  const { filterValue, minTokensToKeep } = truncation(options);
  return (_context, scores) => {
    const exact = asFloat32(scores);
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
  const { filterValue, minTokensToKeep } = truncation(options);
  const limit = Math.fround(1 - p);
  return (_context, scores) => {
    const exact = asFloat32(scores);
    const best = exact[topIndices(exact, 1)[0]];
    const bins = new Uint16Array(exact.length);
    for (let i = 0; i < bins.length; i++) {
      bins[i] = Math.max(0, UNDERFLOW - (best - exact[i])) * BINS_PER_NAT;
    }
    const first = crossing(exact, bins, softmax32(exact), (mass) => mass > limit);
    const removed = new Uint8Array(exact.length);
    for (let i = 0; i < removed.length; i++) removed[i] = bins[i] < first.bin ? 1 : 0;
    for (const i of first.before) removed[i] = 1;
    for (const i of greatestOfLastIds(exact, minTokensToKeep)) removed[i] = 0;
    for (let i = 0; i < removed.length; i++) if (removed[i]) scores[i] = filterValue;
  };
}

/**
 * Keeps most likely tokens, of at most 100, while the entropy they add up to stays within `h` of the whole entropy.
 * Potraghloo et al. 2025, "Top-H Decoding", https://arxiv.org/abs/2509.02510
 */
export function topH(h: number, options?: TruncationOptions): LogitsProcessor {
  check('topH', h, h > 0 && h <= 1, 'a number above 0, up to 1');
  const { filterValue } = truncation(options);
  return (_context, scores) => {
    const exact = asFloat32(scores);
    const top = topIndices(exact, TOP_H_CANDIDATES);
    const probs = softmax32(Float32Array.from(top, (i) => exact[i]));
    const terms = Array.from(probs, (p) => (p > 0 ? Math.fround(-p * Math.fround(Math.log(p))) : 0));
    const limit = Math.fround(Math.fround(terms.reduce((sum, term) => sum + term, 0)) * Math.fround(h));
    const kept = new Set<number>([top[0]]);
    let entropy = 0;
    for (let rank = 0; rank < top.length && probs[rank] > 0; rank++) {
      entropy += terms[rank];
      if (Math.fround(entropy) <= limit) kept.add(top[rank]);
    }
    for (let i = 0; i < scores.length; i++) if (!kept.has(i)) scores[i] = filterValue;
  };
}

/** The `count` greatest scores, taking the highest ids among equals. */
function greatestOfLastIds(scores: Float32Array, count: number): number[] {
  const last = scores.length - 1;
  return topIndices(scores.slice().reverse(), count).map((i) => last - i);
}
