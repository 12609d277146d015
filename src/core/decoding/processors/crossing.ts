/** Where a walk over the tokens, in ascending order of key, first passed a limit. */
export interface Crossing {
  /** The bin it happened in; one past the last when it never did. */
  readonly bin: number;
  /** Tokens of that bin before the crossing, in order. */
  readonly before: readonly number[];
  /** The token at which it happened. */
  readonly at: number | undefined;
}

/**
 * Walks tokens in ascending order of key, lower ids first among equals, summing their float32 weights in float64, and
 * stops at the first whose cumulative weight, rounded to float32, passes. Only one bin is sorted: with 50,257 tokens
 * a full sort would cost more than everything else in a sampling step.
 * @param bins grow with the keys; equal keys have equal bins
 * @param passes true from some mass on
 */
export function crossing(
  keys: Float32Array,
  bins: Uint16Array,
  weights: Float32Array,
  passes: (mass: number) => boolean,
): Crossing {
  const masses = new Float64Array(bins.reduce((most, bin) => Math.max(most, bin), 0) + 1);
  for (let i = 0; i < bins.length; i++) masses[bins[i]] += weights[i];
  let mass = 0;
  let bin = 0;
  while (bin < masses.length && !passes(Math.fround(mass + masses[bin]))) mass += masses[bin++];
  const members: number[] = [];
  for (let i = 0; i < bins.length; i++) if (bins[i] === bin) members.push(i);
  members.sort((a, b) => keys[a] - keys[b] || a - b);
  const crossed = members.findIndex((i) => {
    mass += weights[i];
    return passes(Math.fround(mass));
  });
  // Summed in another order, the bin may fall short of the limit by one rounding; then its last token crosses.
  const at = crossed < 0 ? members.length - 1 : crossed;
  return { bin, before: members.slice(0, Math.max(at, 0)), at: members[at] };
}
