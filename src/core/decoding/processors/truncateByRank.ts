import { softmax32, UNDERFLOW } from '../../logits/probabilities';
import { argmax, atLeastKth, reusable, topIndices } from '../../logits/ranking';
import { check, type LogitsProcessor } from './processor';
import { cumulativeCut, type TruncationOptions, truncation, withDefaults } from './truncation';

/** Most tokens that top-h looks at. */
const TOP_H_CANDIDATES = 100;

const probabilities = reusable((length) => new Float32Array(length));
const idBuffer = reusable((length) => new Int32Array(length));
const keyBuffer = reusable((length) => new Float32Array(length));
const weightBuffer = reusable((length) => new Float32Array(length));

/**
 * Keeps the `k` most likely tokens, and all that tie with the last of them.
 * Fan, Lewis and Dauphin 2018, "Hierarchical Neural Story Generation", https://arxiv.org/abs/1805.04833
 */
export function topK(k: number, options?: TruncationOptions): LogitsProcessor {
  check('top_k', k, Number.isInteger(k) && k > 0, 'an integer of at least 1');
  const { filterValue, minTokensToKeep } = withDefaults(options);
  // Usually the first to remove tokens, so it looks at all of them at once.
  return (_context, scores) => {
    const exact = scores instanceof Float32Array ? scores : Float32Array.from(scores);
    const kept = atLeastKth(exact, Math.max(k, minTokensToKeep)).map((id) => [id, scores[id]]);
    scores.fill(filterValue);
    for (const [id, score] of kept) scores[id] = score;
  };
}

/**
 * Keeps the smallest set of most likely tokens with a mass of at least `p`: from the least likely upwards, tokens are
 * removed while their float32 cumulative probability is at most 1 - p. Of equal tokens the lower ids go first.
 * Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", https://arxiv.org/abs/1904.09751
 */
export function topP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('top_p', p, p >= 0 && p <= 1, 'a number from 0 to 1');
  const limit = Math.fround(1 - p);
  return truncation((scores, keep, removed) => {
    const probs = softmax32(scores, probabilities(scores.length));
    const at = firstKept(scores, probs, limit);
    const least = at === undefined ? Infinity : scores[at];
    let kept = 0;
    for (let i = 0; i < scores.length; i++) {
      removed[i] = scores[i] < least || (scores[i] === least && i < (at as number)) ? 1 : 0;
      kept += 1 - removed[i];
    }
    if (kept < keep) keepLastOfBest(scores, keep, removed);
  }, options);
}

/** The least likely token that stays; none where the limit is never passed. */
function firstKept(scores: Float32Array, probs: Float32Array, limit: number): number | undefined {
  // Even all together, tokens below the limit's nth part do not pass it.
  const negligible = limit / probs.length;
  const ids = idBuffer(probs.length);
  const keys = keyBuffer(probs.length);
  const weights = weightBuffer(probs.length);
  let count = 0;
  let rest = 0;
  for (let i = 0; i < probs.length; i++) {
    if (probs[i] < negligible) {
      rest += probs[i];
      continue;
    }
    ids[count] = i;
    keys[count] = scores[i];
    weights[count++] = probs[i];
  }
  const origin = scores[argmax(scores)] + UNDERFLOW;
  const passes = (mass: number) => Math.fround(rest + mass) > limit;
  const at = cumulativeCut(keys.subarray(0, count), origin, weights.subarray(0, count), passes);
  return at === undefined ? undefined : ids[at];
}

/**
 * Keeps most likely tokens, of at most 100, while the entropy they add up to stays within `h` of the whole entropy.
 * Potraghloo et al. 2025, "Top-H Decoding", https://arxiv.org/abs/2509.02510
 */
export function topH(h: number, options?: TruncationOptions): LogitsProcessor {
  check('top_h', h, h > 0 && h <= 1, 'a number above 0, up to 1');
  return truncation((scores, _keep, removed) => {
    const top = topIndices(scores, TOP_H_CANDIDATES);
    const probs = softmax32(Float32Array.from(top, (i) => scores[i]));
    const terms = Array.from(probs, (p) => (p > 0 ? Math.fround(-p * Math.fround(Math.log(p))) : 0));
    const limit = Math.fround(Math.fround(terms.reduce((sum, term) => sum + term, 0)) * Math.fround(h));
    removed.fill(1);
    let entropy = 0;
    for (const [rank, i] of top.entries()) {
      entropy += terms[rank];
      const within = probs[rank] > 0 && Math.fround(entropy) <= limit;
      if (rank === 0 || within) removed[i] = 0;
    }
  }, options);
}

/** Takes the marks off the `count` greatest scores; of equals those of the highest indices. */
function keepLastOfBest(scores: Float32Array, count: number, marks: Uint8Array): void {
  for (const i of topIndices(scores.toReversed(), count)) marks[scores.length - 1 - i] = 0;
}
