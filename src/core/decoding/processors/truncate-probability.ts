import { exp } from '../exp';
import { argmax, kthGreatest, logSoftmax, softmax32, topIndices } from '../scores';
import { check } from './check';
import { crossing } from './crossing';
import { below, type TruncationOptions, truncation } from './truncation';
import type { LogitsProcessor } from './types';

/**
 * Keeps tokens with at least `p` times the probability of the most likely one.
 * Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", https://arxiv.org/abs/2407.01082
 */
export function minP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('minP', p, p >= 0 && p <= 1, 'a number from 0 to 1');
  return truncation((scores, keep) => {
    const probs = softmax32(scores);
    const removed = below(probs, Math.fround(Math.fround(p) * probs[argmax(probs)]));
    for (const i of topIndices(probs, keep)) removed[i] = 0;
    return removed;
  }, options);
}

/**
 * Keeps the tokens whose surprisal is closest to the entropy, up to a mass of `p`; the most likely one may go.
 * Meister et al. 2023, "Locally Typical Sampling", https://arxiv.org/abs/2202.00666
 */
export function typicalP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('typicalP', p, p > 0 && p < 1, 'a number between 0 and 1');
  const mass = Math.fround(p);
  return truncation((scores, keep) => {
    const logprobs = logSoftmax(scores);
    const entropy = Math.fround(entropyOf(logprobs));
    const closeness = new Float32Array(scores.length);
    for (let i = 0; i < scores.length; i++) closeness[i] = -Math.abs(-logprobs[i] - entropy);
    const shifts = closeness.map((value) => -value);
    const { at } = crossing(shifts, shifts, softmax32(scores), (sum) => sum >= mass);
    const removed = below(closeness, at === undefined ? -Infinity : closeness[at]);
    for (const i of topIndices(closeness, keep)) removed[i] = 0;
    return removed;
  }, options);
}

/**
 * Keeps tokens with a probability of at least `epsilon`, or the most likely one.
 * Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing", https://arxiv.org/abs/2210.15191
 */
export function epsilonCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('epsilonCutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  return cutoff(() => epsilon, options);
}

/** Epsilon cutoff that gives way to entropy: the limit is min(ε, √ε · exp(-entropy)). Same paper as `epsilonCutoff`. */
export function etaCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('etaCutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  const limit = (scores: Float32Array) => Math.sqrt(epsilon) * Math.exp(-entropyOf(logSoftmax(scores)));
  return cutoff((scores) => Math.min(epsilon, limit(scores)), options);
}

/**
 * Keeps tokens whose logit is within `n` standard deviations of the greatest; the temperature does not change which.
 * Deviations are taken over possible tokens, with the n - 1 divisor.
 * Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", https://arxiv.org/abs/2411.07641
 */
export function topNSigma(n: number, options?: TruncationOptions): LogitsProcessor {
  check('topNSigma', n, n > 0, 'a number greater than 0');
  return truncation((scores, keep) => {
    const least = scores[argmax(scores)] - n * deviation(scores);
    return below(scores, Math.min(least, kthGreatest(scores, keep)));
  }, options);
}

function cutoff(limit: (scores: Float32Array) => number, options?: TruncationOptions): LogitsProcessor {
  return truncation((scores, keep) => {
    const removed = below(softmax32(scores), Math.fround(limit(scores)));
    const best = kthGreatest(scores, keep);
    for (let i = 0; i < removed.length; i++) if (scores[i] >= best) removed[i] = 0;
    return removed;
  }, options);
}

/** Entropy in nats. */
function entropyOf(logprobs: Float32Array): number {
  let entropy = 0;
  for (let i = 0; i < logprobs.length; i++) entropy -= exp(Math.min(0, logprobs[i])) * logprobs[i];
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
