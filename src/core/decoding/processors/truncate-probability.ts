import { asFloat32, kthGreatest, logSoftmax, softmax32, topIndices, UNDERFLOW } from '../scores';
import { check, truncation } from './check';
import { crossing } from './crossing';
import type { LogitsProcessor, TruncationOptions } from './types';

const BINS_PER_NAT = 16;

/**
 * Keeps tokens with at least `p` times the probability of the most likely one.
 * Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", https://arxiv.org/abs/2407.01082
 */
export function minP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('minP', p, p >= 0 && p <= 1, 'a number from 0 to 1');
  const { filterValue, minTokensToKeep } = truncation(options);
  return (_context, scores) => {
    const probs = softmax32(asFloat32(scores));
    const top = topIndices(probs, minTokensToKeep);
    const least = Math.fround(Math.fround(p) * probs[top[0]]);
    const kept = new Set(top);
    for (let i = 0; i < scores.length; i++) if (probs[i] < least && !kept.has(i)) scores[i] = filterValue;
  };
}

/**
 * Keeps the tokens whose surprisal is closest to the entropy, up to a mass of `p`; the most likely one may go.
 * Meister et al. 2023, "Locally Typical Sampling", https://arxiv.org/abs/2202.00666
 */
export function typicalP(p: number, options?: TruncationOptions): LogitsProcessor {
  check('typicalP', p, p > 0 && p < 1, 'a number between 0 and 1');
  const { filterValue, minTokensToKeep } = truncation(options);
  const mass = Math.fround(p);
  return (_context, scores) => {
    const exact = asFloat32(scores);
    const logprobs = logSoftmax(exact);
    const entropy = Math.fround(entropyOf(logprobs));
    const shifts = logprobs.map((logprob) => Math.abs(-logprob - entropy));
    const bins = Uint16Array.from(shifts, (shift) => Math.min(shift, UNDERFLOW) * BINS_PER_NAT);
    const { at } = crossing(shifts, bins, softmax32(exact), (sum) => sum >= mass);
    if (at === undefined) return;
    const kept = new Set(
      topIndices(
        shifts.map((shift) => -shift),
        minTokensToKeep,
      ),
    );
    for (let i = 0; i < scores.length; i++) if (shifts[i] > shifts[at] && !kept.has(i)) scores[i] = filterValue;
  };
}

/**
 * Keeps tokens with a probability of at least `epsilon`, or the most likely one.
 * Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing", https://arxiv.org/abs/2210.15191
 */
export function epsilonCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('epsilonCutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  return cutoff(() => Math.fround(epsilon), options);
}

/** Epsilon cutoff that gives way to entropy: the limit is min(ε, √ε · exp(-entropy)). Same paper as `epsilonCutoff`. */
export function etaCutoff(epsilon: number, options?: TruncationOptions): LogitsProcessor {
  check('etaCutoff', epsilon, epsilon > 0 && epsilon < 1, 'a number between 0 and 1');
  return cutoff((scores) => {
    const entropy = entropyOf(logSoftmax(scores));
    return Math.fround(Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy)));
  }, options);
}

/**
 * Keeps tokens whose logit is within `n` standard deviations of the greatest; the temperature does not change which.
 * Deviations are taken over possible tokens, with the n - 1 divisor.
 * Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", https://arxiv.org/abs/2411.07641
 */
export function topNSigma(n: number, options?: TruncationOptions): LogitsProcessor {
  check('topNSigma', n, n > 0, 'a number greater than 0');
  const { filterValue, minTokensToKeep } = truncation(options);
  return (_context, scores) => {
    const exact = asFloat32(scores);
    const top = topIndices(exact, minTokensToKeep);
    const least = Math.min(exact[top[0]] - n * deviation(exact), exact[top[top.length - 1]]);
    for (let i = 0; i < scores.length; i++) if (exact[i] < least) scores[i] = filterValue;
  };
}

function cutoff(limit: (scores: Float32Array) => number, options?: TruncationOptions): LogitsProcessor {
  const { filterValue, minTokensToKeep } = truncation(options);
  return (_context, scores) => {
    const exact = asFloat32(scores);
    const probs = softmax32(exact);
    const least = limit(exact);
    const best = kthGreatest(exact, minTokensToKeep);
    for (let i = 0; i < scores.length; i++) if (probs[i] < least && exact[i] < best) scores[i] = filterValue;
  };
}

/** Entropy in nats of log-probabilities; impossible tokens add nothing. */
function entropyOf(logprobs: Float32Array): number {
  let entropy = 0;
  for (const logprob of logprobs) if (logprob !== -Infinity) entropy -= Math.exp(logprob) * logprob;
  return entropy;
}

function deviation(scores: Float32Array): number {
  const possible = scores.filter(Number.isFinite);
  if (possible.length < 2) return 0;
  const mean = possible.reduce((sum, score) => sum + score, 0) / possible.length;
  const squares = possible.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return Math.sqrt(squares / (possible.length - 1));
}
