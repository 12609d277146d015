import { possible } from '../blocks';
import { reusable } from '../buffer';
import type { Scores } from '../scores';
import { check } from './check';
import type { LogitsProcessor } from './types';

/** What all truncations share. */
export interface TruncationOptions {
  /** Score given to removed tokens; `-Infinity` unless told. */
  readonly filterValue?: number;
  /** How many of the best tokens always stay; 1 unless told. */
  readonly minTokensToKeep?: number;
}

/** @throws a RangeError unless `minTokensToKeep` is an integer of at least 1 */
export function withDefaults({ filterValue = -Infinity, minTokensToKeep = 1 }: TruncationOptions = {}) {
  const whole = Number.isInteger(minTokensToKeep) && minTokensToKeep >= 1;
  check('minTokensToKeep', minTokensToKeep, whole, 'an integer of at least 1');
  return { filterValue, minTokensToKeep };
}

const idBuffer = reusable((length) => new Int32Array(length));
const scoreBuffer = reusable((length) => new Float32Array(length));
const markBuffer = reusable((length) => new Uint8Array(length));

/**
 * A processor that removes tokens. Only tokens that are still possible are looked at, in float32: after one truncation
 * the next has little to do.
 * @param choose sets `removed` for every score: 1 where its token is to go, 0 where it stays
 */
export function truncation(
  choose: (scores: Float32Array, minTokensToKeep: number, removed: Uint8Array) => void,
  options?: TruncationOptions,
): LogitsProcessor {
  const { filterValue, minTokensToKeep } = withDefaults(options);
  return (_context, scores) => {
    const buffer = idBuffer(scores.length);
    const ids = buffer.subarray(0, possible(scores, buffer).count);
    const all = ids.length === scores.length;
    const left = all && scores instanceof Float32Array ? scores : pick(scores, ids);
    const removed = markBuffer(ids.length);
    choose(left, minTokensToKeep, removed);
    if (!all && filterValue !== -Infinity) fillImpossible(scores, filterValue);
    for (let i = 0; i < ids.length; i++) if (removed[i]) scores[ids[i]] = filterValue;
  };
}

function pick(scores: Scores, ids: Int32Array): Float32Array {
  const picked = scoreBuffer(ids.length);
  for (let i = 0; i < ids.length; i++) picked[i] = scores[ids[i]];
  return picked;
}

function fillImpossible(scores: Scores, value: number): void {
  for (let id = 0; id < scores.length; id++) if (scores[id] === -Infinity) scores[id] = value;
}

/** Marks every value under the limit. */
export function markBelow(values: Float32Array, limit: number, marks: Uint8Array): void {
  for (let i = 0; i < values.length; i++) marks[i] = values[i] < limit ? 1 : 0;
}
