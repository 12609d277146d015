import { reusable } from '../buffer';
import { UNDERFLOW } from '../exp';

const BINS_PER_UNIT = 32;
const BINS = -UNDERFLOW * BINS_PER_UNIT + 1;

const binBuffer = reusable((length) => new Uint16Array(length));
const massBuffer = reusable((length) => new Float64Array(length));

/**
 * Where a limit is passed when the keys are sorted into ascending order (of equals the lower index first) and their
 * weights summed, in float64. With 50,257 tokens a full sort would cost more than everything
 * else in a sampling step, so keys are put into bins and only the bin where the limit is passed is sorted.
 * @param origin keys lie from here to 104 above it; what lies outside counts as the nearest of these
 * @param passes true from some mass on
 * @returns the index of the key with which the sum passes, if it does
 */
export function crossing(
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
