/**
 * Distinct n-grams as a share of all n-grams of a sequence; 1 where it has none.
 * Li et al. 2016, A Diversity-Promoting Objective Function for Neural Conversation Models (distinct-n).
 */
export function distinctN(ids: readonly number[], n: number): number {
  const total = ids.length - n + 1;
  if (total <= 0) return 1;
  const seen = new Set(Array.from({ length: total }, (_, i) => ids.slice(i, i + n).join(' ')));
  return seen.size / total;
}

/**
 * Share of the 4-grams of a sequence that repeat an earlier one.
 * Welleck et al. 2020, Neural Text Generation with Unlikelihood Training (seq-rep-4).
 */
export function repetitionRate(ids: readonly number[]): number {
  return 1 - distinctN(ids, 4);
}
