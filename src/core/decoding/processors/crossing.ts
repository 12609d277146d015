import { UNDERFLOW } from '../exp';

const BINS_PER_UNIT = 128;
const BINS = -UNDERFLOW * BINS_PER_UNIT + 1;

/**
 * Sorts keys into ascending order only as far as needed: until the weights so far, summed in float64 and rounded to
 * float32, pass a limit. With 50,257 tokens a full sort would cost more than everything else in a sampling step, so
 * keys are put into bins and only the bin where the limit is passed is sorted; of equal keys the lower index is first.
 * @param places where each key lies between 0 and 104, never falling while the keys rise; larger ones count as 104
 * @param passes true from some mass on
 * @returns 1 for each key before the one that passes, and that one's index, if any
 */
export function crossing(
  keys: Float32Array,
  places: Float32Array,
  weights: Float32Array,
  passes: (mass: number) => boolean,
): { before: Uint8Array; at: number | undefined } {
  const bins = new Uint16Array(keys.length);
  const masses = new Float64Array(BINS);
  for (let i = 0; i < keys.length; i++) {
    bins[i] = Math.min(places[i] * BINS_PER_UNIT, BINS - 1);
    masses[bins[i]] += weights[i];
  }
  let bin = 0;
  let mass = 0;
  while (bin < BINS && !passes(Math.fround(mass + masses[bin]))) mass += masses[bin++];
  const before = new Uint8Array(keys.length);
  const members: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    if (bins[i] < bin) before[i] = 1;
    else if (bins[i] === bin) members.push(i);
  }
  members.sort((a, b) => keys[a] - keys[b] || a - b);
  let at = 0;
  for (; at < members.length - 1; at++) {
    mass += weights[members[at]];
    if (passes(Math.fround(mass))) break;
    before[members[at]] = 1;
  }
  // Summed in another order the bin may fall short of the limit by one rounding; then its last member passes.
  return { before, at: members[at] };
}
