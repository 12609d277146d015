/** Surprisal in bits at which each level of a heat map begins, ascending; below the first, text is left as it is. */
export type Levels = readonly number[];

/** Share of a document's words at or above each level: a quarter is tinted, less for stronger tints. */
const SHARES = [0.25, 0.12, 0.05, 0.015] as const;

/**
 * Levels for documents with too few words for their own: those of 3,100 words of fiction, guides and notes under the
 * default model.
 */
export const USUAL_LEVELS: Levels = [10, 13, 16, 22];

/** Fewer words are not representative of their document. */
const FEWEST_WORDS = 60;
/** Words no more surprising than 1 in 32 are never tinted, however predictable the rest is. */
const LEAST_BITS = 5;
const STEP_BITS = 0.5;

/**
 * Levels relative to a document's own words, in steps of half a bit so that they stay as they are while the writer
 * types.
 * @param bits the surprisal of each word; punctuation does not count
 */
export function levelsFor(bits: readonly number[]): Levels {
  if (bits.length < FEWEST_WORDS) return USUAL_LEVELS;
  const descending = bits.toSorted((a, b) => b - a);
  const levels: number[] = [];
  for (const share of SHARES) {
    const limit = Math.ceil(descending[Math.floor(share * bits.length)] / STEP_BITS) * STEP_BITS;
    levels.push(Math.max(limit, (levels.at(-1) ?? LEAST_BITS - STEP_BITS) + STEP_BITS));
  }
  return levels;
}

/** The level of a surprisal, 0 for the first, or -1 below all. */
export function levelOf(bits: number, levels: Levels): number {
  return levels.findLastIndex((limit) => bits >= limit);
}
