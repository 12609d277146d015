import { usefulLength } from '../../../src/eval/match';
import { targetsOf } from '../../../src/eval/screen';
import type { Recording } from './replay';

/** Grey text that came on screen, seen on the workbench's page. */
export interface Seen {
  /** In ms since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** Milliseconds from keys until a useful word stood on screen. */
export interface Delays {
  readonly all: readonly number[];
  /** Of those that did not wait for the writer to pause. */
  readonly atOnce: readonly number[];
}

/**
 * How long after the last key each suggestion whose first word was right came on screen.
 * @param origin the ms since the epoch from which the recording counts
 */
export function delays(
  { keys, shown }: Pick<Recording, 'keys' | 'shown'>,
  seen: readonly Seen[],
  origin: number,
): Delays {
  const targets = targetsOf(keys);
  const found = shown.flatMap(({ at, text, firstWord, again }) => {
    const index = keys.findLastIndex((key) => key.at <= at);
    if (index < 0 || text === undefined) return [];
    if (usefulLength(text.slice(0, firstWord ?? text.length), targets[index]) === 0) return [];
    const next = keys[index + 1]?.pressedAt ?? Number.POSITIVE_INFINITY;
    const from = keys[index].pressedAt;
    // What stood there before the key was not brought by it.
    const stood = seen.findLast((each) => each.at < origin + from)?.text.trim() ?? '';
    const appeared = seen.find((each) => each.at >= origin + from && each.text.trim() !== '' && isOf(each.text, text));
    const ms = (appeared?.at ?? Number.POSITIVE_INFINITY) - origin - from;
    return from + ms < next && !stood.endsWith(text.trim()) ? [{ ms, again }] : [];
  });
  return {
    all: found.map(({ ms }) => ms),
    atOnce: found.filter(({ again }) => again !== 'pause').map(({ ms }) => ms),
  };
}

/** Whether grey text on screen is of a suggestion: a long one is seen in part. */
function isOf(seen: string, suggestion: string): boolean {
  return suggestion.trim().startsWith(seen.trim().slice(0, suggestion.trim().length));
}
