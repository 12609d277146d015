import { logSoftmax, softmax32 } from '../../logits/probabilities';
import { argmax, kthGreatest, reusable, topIndices } from '../../logits/ranking';
import { check, type LogitsProcessor } from './processor';
import { cumulativeCut, markBelow, type TruncationOptions, truncation } from './truncation';

const probabilityBuffer = reusable((length) => new Float32Array(length));
const logprobBuffer = reusable((length) => new Float32Array(length));

/**
 * Keeps tokens with at least `p` times the probability of the most likely one.
 * Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", https://arxiv.org/abs/2407.01082
 */
export function minP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('min_p', p, p >= 0 && p <= 1, 'a number from 0 to 1');
  return truncation((scores, keep, removed) => {
    const probs = softmax32(scores, probabilityBuffer(scores.length));
    markBelow(probs, Math.fround(Math.fround(p) * probs[argmax(probs)]), removed);
    spareBest(probs, keep, removed);
  }, options);
}

/**
 * Keeps the tokens whose surprisal is closest to the entropy, up to a mass of `p`; the most likely one may go.
 * Meister et al. 2023, "Locally Typical Sampling", https://arxiv.org/abs/2202.00666
 */
export function typicalP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('typical_p', p, p > 0 && p < 1, 'a number between 0 and 1');
  const mass = Math.fround(p);
  return truncation((scores, keep, removed) => {
    const probs = softmax32(scores, probabilityBuffer(scores.length));
    const logprobs = logSoftmax(scores, logprobBuffer(scores.length));
    const entropy = Math.fround(entropyOf(probs, logprobs));
    // Each is written over the one before.
    const [distances, closeness] = [logprobs, logprobs];
    for (let i = 0; i < logprobs.length; i++) distances[i] = Math.abs(-logprobs[i] - entropy);
    const at = cumulativeCut(distances, 0, probs, (sum) => Math.fround(sum) >= mass);
    for (let i = 0; i < distances.length; i++) closeness[i] = -distances[i];
    markBelow(closeness, at === undefined ? -Infinity : closeness[at], removed);
    spareBest(closeness, keep, removed);
  }, options);
}

/**
 * Keeps tokens with a probability of at least `epsilon`, or the most likely one.
 * Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing", https://arxiv.org/abs/2210.15191
 */
export function epsilonCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('epsilon_cutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  return cutoff(() => epsilon, options);
}

/**
 * Epsilon cutoff that gives way to entropy: the limit is min(ε, √ε · exp(-entropy)). Same paper as `epsilonCutoff`.
 */
export function etaCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('eta_cutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  return cutoff((scores, probs) => {
    const entropy = entropyOf(probs, logSoftmax(scores, logprobBuffer(scores.length)));
    return Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy));
  }, options);
}

/**
 * Keeps tokens whose logit is within `n` standard deviations of the greatest; the temperature does not change which.
 * Deviations are taken over possible tokens, with the n - 1 divisor.
 * Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", https://arxiv.org/abs/2411.07641
 */
export function topNSigma(n: number, options?: TruncationOptions): LogitsProcessor {
  check('top_n_sigma', n, n > 0, 'a number greater than 0');
  return truncation((scores, keep, removed) => {
    const least = scores[argmax(scores)] - n * deviation(scores);
    markBelow(scores, Math.min(least, kthGreatest(scores, keep)), removed);
  }, options);
}

function cutoff(
  limit: (scores: Float32Array, probs: Float32Array) => number,
  options?: TruncationOptions,
): LogitsProcessor {
  return truncation((scores, keep, removed) => {
    const probs = softmax32(scores, probabilityBuffer(scores.length));
    markBelow(probs, Math.fround(limit(scores, probs)), removed);
    const best = kthGreatest(scores, keep);
    for (let i = 0; i < removed.length; i++) if (scores[i] >= best) removed[i] = 0;
  }, options);
}

/** Takes the marks off the `count` greatest values. */
function spareBest(values: Float32Array, count: number, marks: Uint8Array): void {
  for (const i of topIndices(values, count)) marks[i] = 0;
}

/** Entropy in nats. */
function entropyOf(probs: Float32Array, logprobs: Float32Array): number {
  let entropy = 0;
  for (let i = 0; i < probs.length; i++) entropy -= probs[i] * logprobs[i];
  return entropy;
}

function deviation(scores: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[i];
  const mean = sum / scores.length;
  let squares = 0;
  for (let i = 0; i < scores.length; i++) squares += (scores[i] - mean) ** 2;
  return scores.length > 1 ? Math.sqrt(squares / (scores.length - 1)) : 0;
}
