import { createRng } from '../../core/decoding/random';
import { sample } from '../../core/decoding/sampling';
import type { Scores } from '../../core/logits';

/** Tokens drawn from one distribution with one stream of random numbers. */
export interface Draws {
  readonly seed: number;
  readonly ids: readonly number[];
  /** How often each id was drawn. */
  readonly counts: ReadonlyMap<number, number>;
}

/** Draws `count` times, each time anew, as the engine draws: the same seed gives the same tokens. */
export function drawTokens(scores: Scores, seed: number, count: number): Draws {
  const rng = createRng(seed);
  const ids = Array.from({ length: count }, () => sample(scores, rng));
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return { seed, ids, counts };
}
