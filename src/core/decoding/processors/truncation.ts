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

/**
 * A processor that removes tokens. Only tokens that are still possible are looked at, in float32: after one truncation
 * the next has little to do.
 * @param choose gives 1 for each score whose token is to go
 */
export function truncation(
  choose: (scores: Float32Array, minTokensToKeep: number) => Uint8Array,
  options?: TruncationOptions,
): LogitsProcessor {
  const { filterValue, minTokensToKeep } = withDefaults(options);
  return (_context, scores) => {
    const ids = possibleIds(scores);
    const all = ids.length === scores.length;
    const possible = all && scores instanceof Float32Array ? scores : Float32Array.from(ids, (id) => scores[id]);
    const removed = choose(possible, minTokensToKeep);
    if (!all && filterValue !== -Infinity) fillImpossible(scores, filterValue);
    for (let i = 0; i < ids.length; i++) if (removed[i]) scores[ids[i]] = filterValue;
  };
}

function possibleIds(scores: Scores): Int32Array {
  const ids = new Int32Array(scores.length);
  let count = 0;
  for (let id = 0; id < scores.length; id++) if (scores[id] !== -Infinity) ids[count++] = id;
  return ids.subarray(0, count);
}

function fillImpossible(scores: Scores, value: number): void {
  for (let id = 0; id < scores.length; id++) if (scores[id] === -Infinity) scores[id] = value;
}

/** 1 for every value under the limit. */
export function below(values: Float32Array, limit: number): Uint8Array {
  const marks = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) marks[i] = values[i] < limit ? 1 : 0;
  return marks;
}
