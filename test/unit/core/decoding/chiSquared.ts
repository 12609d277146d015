/** Pearson's statistic of counts against expected shares; categories without a share are left out. */
export function chiSquared(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, i) => {
    const expected = total * shares[i];
    return expected > 0 ? sum + (count - expected) ** 2 / expected : sum;
  }, 0);
}
