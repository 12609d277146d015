const BITS = 11;
const STEPS = 1 << BITS;
/** log of the middle of each step of the mantissa from 1 to 2, and the slope there. */
const LOGS = Float64Array.from({ length: STEPS }, (_, i) => Math.log(1 + (i + 0.5) / STEPS));
const SLOPES = Float64Array.from({ length: STEPS }, (_, i) => 1 / (1 + (i + 0.5) / STEPS));
const LOW_BITS = 20 - BITS;
const LOW_MASK = (1 << LOW_BITS) - 1;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
/** The half of a float64 with sign, exponent and the first 20 bits of the mantissa. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * The natural logarithm of a positive normal number with an absolute error under 1e-7, several times as fast as
 * `Math.log`: a table of the mantissa and its slope.
 */
export function fastLog(x: number): number {
  number[0] = x;
  const high = words[HIGH];
  const step = (high >>> LOW_BITS) & (STEPS - 1);
  const rest = ((high & LOW_MASK) + words[1 - HIGH] / 0x1_0000_0000) / (1 << LOW_BITS) - 0.5;
  return ((high >>> 20) - 1023) * Math.LN2 + LOGS[step] + (rest / STEPS) * SLOPES[step];
}
