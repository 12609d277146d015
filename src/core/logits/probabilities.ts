import { fixed } from '../text/locale';
import { argmax, type Scores, topIndices } from './ranking';

/** Below this, e^x is 0 in float32. */
export const UNDERFLOW = -104;

const STEPS = 64;
const TABLE = powers(/* e^(-1/64) */ 0.9844964370054085, -UNDERFLOW * STEPS + 1);

/**
 * e^x for x up to 0, and 0 below -104, with a relative error under 1e-11: a table of e^(-i/64) and four terms of the
 * series for the rest. Four times as fast as `Math.exp`, which would take most of the time of a sampling step over
 * 50,257 tokens, and made of basic operations only, which round alike on every platform.
 */
export function exp(x: number): number {
  if (!(x > UNDERFLOW)) return x <= UNDERFLOW ? 0 : Number.NaN;
  const step = (-x * STEPS) | 0;
  const rest = x + step / STEPS;
  return TABLE[step] * (1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest * (1 / 24)))));
}

/** base^0, base^1, ...; each from two halves, so that errors do not add up. */
function powers(base: number, count: number): Float64Array {
  const table = new Float64Array(count);
  table[0] = 1;
  table[1] = base;
  for (let i = 2; i < count; i++) table[i] = table[i >> 1] * table[i - (i >> 1)];
  return table;
}

/**
 * The greatest score and the sum of the exponentials relative to it, in float64 and one pass, so that nothing overflows.
 * The sum is 0 where every token is masked, and not a number where a score is none.
 */
function shiftedSum(scores: Scores): { max: number; sum: number } {
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
  return { max, sum };
}

function assertDistribution(max: number, sum: number): void {
  if (!Number.isFinite(max) || Number.isNaN(sum)) {
    throw new RangeError('These logits are not a distribution: one is NaN or +Infinity, or none is finite.');
  }
}

/** log Σ exp(score). `-Infinity` when every token is masked; not-a-number and `+Infinity` come through. */
export function logSumExp(scores: Scores): number {
  const { max, sum } = shiftedSum(scores);
  return sum === 0 ? -Infinity : max + Math.log(sum);
}

/**
 * What to take off a logit to get its log-probability: log Σ exp(logit).
 * @throws a RangeError where a logit is not a number or `+Infinity`, and where none is finite
 */
export function normaliser(logits: Scores): number {
  return extent(logits).normaliser;
}

/**
 * The greatest logit and the `normaliser`, in one pass.
 * @throws as `normaliser`
 */
export function extent(logits: Scores): { readonly max: number; readonly normaliser: number } {
  const { max, sum } = shiftedSum(logits);
  assertDistribution(max, sum);
  return { max, normaliser: max + Math.log(sum) };
}

/**
 * The log-probability of every token, natural logarithm, into `out`, which may be `scores`; where every token is masked
 * all stay so.
 * @throws a RangeError where a score is not a number or `+Infinity`
 */
export function logSoftmax<S extends Scores = Float64Array>(
  scores: Scores,
  out: S = new Float64Array(scores.length) as Scores as S,
): S {
  const { max, sum } = shiftedSum(scores);
  if (sum === 0) return out.fill(-Infinity) as S;
  assertDistribution(max, sum);
  const logSum = Math.log(sum);
  for (let i = 0; i < out.length; i++) out[i] = scores[i] - max - logSum;
  return out;
}

/** The probability of every token, float64. Throws as `normaliser`. */
export function softmax(logits: Scores): Float64Array {
  const { max, sum } = shiftedSum(logits);
  assertDistribution(max, sum);
  return Float64Array.from(logits, (logit) => exp(logit - max) / sum);
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

/** Shannon entropy of the next token in nats. Throws as `normaliser`. */
export function entropy(logits: Scores): number {
  const { max, sum } = shiftedSum(logits);
  assertDistribution(max, sum);
  let weighted = 0;
  for (let id = 0; id < logits.length; id++) {
    const shifted = logits[id] - max;
    const weight = exp(shifted);
    if (weight > 0) weighted += weight * shifted;
  }
  return Math.log(sum) - weighted / sum;
}

/** A token of the top of a distribution. */
export interface RankedToken {
  readonly id: number;
  readonly logit: number;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/**
 * The k most probable tokens (all of them when k exceeds their number), most probable first; the lower id wins a tie.
 * O(n + k log k) for n logits.
 * @throws a RangeError when k is not a whole number from 0 on, and as `normaliser`
 */
export function topK(logits: Scores, k: number): RankedToken[] {
  if (!Number.isInteger(k) || k < 0) throw new RangeError(`The number of tokens must be 0 or more, not ${k}.`);
  const total = normaliser(logits);
  if (k === 0) return [];
  return topIndices(logits, k).map((id) => ({ id, logit: logits[id], logprob: logits[id] - total }));
}

/** Which ids of a model are tokens: those below `size`, without the gaps. */
export interface KnownTokens {
  readonly size: number;
  readonly gaps: readonly number[];
  has(id: number): boolean;
}

/**
 * The `k` most probable tokens, like `topK`, without padding rows beyond the tokenizer's tokens: these have a share of
 * the probability but cannot be written.
 */
export function topTokens(logits: Scores, k: number, tokens: KnownTokens): RankedToken[] {
  const others = Math.max(0, logits.length - tokens.size) + tokens.gaps.length;
  if (others === 0) return topK(logits, k);
  return topK(logits, k + others)
    .filter(({ id }) => tokens.has(id))
    .slice(0, k);
}

/** What is left of 1 after float32 rounding counts as all of it. */
const WHOLE = 1 - 1e-6;

/**
 * A probability for people, the same on page, terminal and editor, with a space as the SI has it in every language:
 * three digits where they mean something, never a bare 0 % or 100 % for what is only almost that. What is greater is
 * never shown as less.
 */
export function percent(probability: number): string {
  if (probability === 0) return '0 %';
  if (probability > WHOLE) return '100 %';
  const value = probability * 100;
  if (value < 0.01) return `<${fixed(0.01, 2)} %`;
  if (value >= 99.995) return `>${fixed(99.99, 2)} %`;
  return `${fixed(value, value < 9.995 || value >= 99.9 ? 2 : 1)} %`;
}

/** A log-probability as a percentage. However small, that of a long text is not 0 %, as one that is masked has. */
export function percentOf(logprob: number): string {
  return percent(logprob === -Infinity ? 0 : Math.max(Math.exp(logprob), Number.MIN_VALUE));
}
