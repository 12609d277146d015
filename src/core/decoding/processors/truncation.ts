import { UNDERFLOW } from '../../logits/probabilities';
import { reusable, type Scores, unmaskedIds } from '../../logits/ranking';
import { check, type LogitsProcessor } from './processor';

/** What all truncations share. */
export interface TruncationOptions {
  /** Score given to removed tokens; `-Infinity` by default. */
  readonly filterValue?: number;
  /** How many of the best tokens always stay; 1 by default. */
  readonly minTokensToKeep?: number;
}

/** @throws a RangeError unless `minTokensToKeep` is an integer of at least 1 */
export function withDefaults({ filterValue = -Infinity, minTokensToKeep = 1 }: TruncationOptions = {}) {
  const whole = Number.isInteger(minTokensToKeep) && minTokensToKeep >= 1;
  check('min_tokens_to_keep', minTokensToKeep, whole, 'an integer of at least 1');
  return { filterValue, minTokensToKeep };
}

const idBuffer = reusable((length) => new Int32Array(length));
const scoreBuffer = reusable((length) => new Float32Array(length));
const markBuffer = reusable((length) => new Uint8Array(length));

const BINS_PER_UNIT = 32;
const BINS = -UNDERFLOW * BINS_PER_UNIT + 1;

const binBuffer = reusable((length) => new Uint16Array(length));
const massBuffer = reusable((length) => new Float64Array(length));

/**
 * A processor that removes tokens. It only visits tokens that are still possible, so that a truncation after another
 * costs little. Computes in float32.
 * @param choose sets `removed` for every score: 1 to remove its token, 0 to keep it
 */
export function truncation(
  choose: (scores: Float32Array, minTokensToKeep: number, removed: Uint8Array) => void,
  options?: TruncationOptions,
): LogitsProcessor {
  const { filterValue, minTokensToKeep } = withDefaults(options);
  return (_context, scores) => {
    const buffer = idBuffer(scores.length);
    const ids = buffer.subarray(0, unmaskedIds(scores, buffer).count);
    const all = ids.length === scores.length;
    const left = all && scores instanceof Float32Array ? scores : pick(scores, ids);
    const removed = markBuffer(ids.length);
    choose(left, minTokensToKeep, removed);
    if (!all && filterValue !== -Infinity) fillMasked(scores, filterValue);
    for (let i = 0; i < ids.length; i++) if (removed[i]) scores[ids[i]] = filterValue;
  };
}

function pick(scores: Scores, ids: Int32Array): Float32Array {
  const picked = scoreBuffer(ids.length);
  for (let i = 0; i < ids.length; i++) picked[i] = scores[ids[i]];
  return picked;
}

function fillMasked(scores: Scores, value: number): void {
  for (let id = 0; id < scores.length; id++) if (scores[id] === -Infinity) scores[id] = value;
}

/** Marks every value under the limit. */
export function markBelow(values: Float32Array, limit: number, marks: Uint8Array): void {
  for (let i = 0; i < values.length; i++) marks[i] = values[i] < limit ? 1 : 0;
}

/**
 * Index of the key with which the cumulative weight passes a limit, when keys are sorted in ascending order (equal keys
 * by index) and weights are summed in float64. Sorting 50,257 tokens would cost more than the rest of a sampling step,
 * so keys are binned and only the bin in question is sorted.
 * @param origin lower end of the keys' range of 104; keys outside are clamped
 * @param passes monotonic: true from some cumulative weight on
 * @returns the index, if the limit is passed
 */
export function cumulativeCut(
  keys: Float32Array,
  origin: number,
  weights: Float32Array,
  passes: (mass: number) => boolean,
): number | undefined {
  const bins = binBuffer(keys.length);
  const masses = massBuffer(BINS).fill(0);
  for (let i = 0; i < keys.length; i++) {
    const bin = Math.min(Math.max(0, (keys[i] - origin) * BINS_PER_UNIT), BINS - 1) | 0;
    bins[i] = bin;
    masses[bin] += weights[i];
  }
  let bin = 0;
  let mass = 0;
  while (bin < BINS && !passes(mass + masses[bin])) mass += masses[bin++];
  const members: number[] = [];
  for (let i = 0; i < keys.length; i++) if (bins[i] === bin) members.push(i);
  members.sort((a, b) => keys[a] - keys[b]);
  for (const i of members) {
    mass += weights[i];
    if (passes(mass)) return i;
  }
  // Summed in another order the bin may fall short of the limit by one rounding; then its last member passes.
  return members.at(-1);
}
