/** A stream of uniform numbers in [0, 1) with 53 random bits each. */
export type Rng = () => number;

/** A seed to draw with where none was chosen: a whole number of 32 bits. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021) with its 128-bit state
 * filled by SplitMix32 from the lower half of the seed and, where it has one, from its upper half. Only 32-bit integer
 * arithmetic: the same seed gives the same stream on every platform. Each number joins two outputs, 27 high bits of the
 * first and 26 of the second.
 * @param seed any safe integer
 * @param stream independent streams of one seed, one for each returned sequence
 */
export function createRng(seed: number, stream = 0): Rng {
  const mix = splitMix32((seed >>> 0) ^ Math.imul(stream, 0x9e3779b9));
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  // Multiplied, so that equal halves do not cancel each other.
  const other = splitMix32(high);
  const upper = high === 0 ? () => 0 : () => Math.imul(other(), 0x9e3779b1);
  const next = xoshiro128StarStar(mix() ^ upper(), mix() ^ upper(), mix() ^ upper(), (mix() ^ upper()) | 1);
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Uniform 32-bit integers from a state of four, not all 0. */
export function xoshiro128StarStar(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result >>> 0;
  };
}

/** SplitMix32: Steele, Lea and Flood's SplitMix with the 32-bit finaliser of MurmurHash3. */
function splitMix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
