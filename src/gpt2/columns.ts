/** Columns packed into one 32-bit word. */
export const COLUMNS_A_WORD = 4;
/** Columns per tile, small enough for the words being written to stay in the processor's cache. */
const TILE = 16 * COLUMNS_A_WORD;

/** A matrix in the format of `MatMulNBits`. */
export interface Blocks {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** Inputs and outputs of the layer. */
  readonly from: number;
  readonly to: number;
  /** `[to, blocks, bytes of a block]` */
  readonly packed: Uint8Array;
  /** `[to, blocks]` */
  readonly scales: Float32Array;
}

/** Fraction bits of a factor: its error is at most 1/400 of a quantisation step. */
const PLACES = 16;
const ONE = 1 << PLACES;

/**
 * Converts a matrix to the format of `DynamicQuantizeMatMul`: `columns` `[from, to]`, value = (byte - 128) * scale of
 * the column. Exact where all scales of a column are equal.
 * @param columns aligned to a word; `to` must be a multiple of `COLUMNS_A_WORD`
 * @returns the scales, `[to]`
 */
export function toColumns({ bits, blockSize, from, to, packed, scales }: Blocks, columns: Uint8Array): Float32Array {
  const blocks = Math.ceil(from / blockSize);
  const zero = 2 ** (bits - 1);
  const columnScales = new Float32Array(to);
  const factors = new Int32Array(to * blocks);
  for (let column = 0; column < to; column++) {
    const [first, end] = [column * blocks, (column + 1) * blocks];
    let largest = 0;
    for (let at = first; at < end; at++) largest = Math.max(largest, Math.abs(scales[at]));
    // For a column of zeros any scale will do.
    columnScales[column] = (largest * zero) / 128 || 1;
    for (let at = first; at < end; at++) factors[at] = Math.round((scales[at] / columnScales[column]) * ONE);
  }
  const words = new Int32Array(columns.buffer, columns.byteOffset, columns.length / COLUMNS_A_WORD);
  const wordsARow = to / COLUMNS_A_WORD;
  const valuesAByte = 8 / bits;
  for (let first = 0; first < to; first += TILE) {
    const end = Math.min(to, first + TILE);
    for (let block = 0; block < blocks; block++) {
      const row = block * blockSize;
      const rows = words.subarray(row * wordsARow, Math.min(from, row + blockSize) * wordsARow);
      for (let column = first; column < end; column += COLUMNS_A_WORD) {
        const source = { packed, factors, zero, at: column * blocks + block, blocks, bytes: blockSize / valuesAByte };
        for (let value = 0; value < valuesAByte; value++) {
          const word = value * wordsARow + column / COLUMNS_A_WORD;
          writeWords(source, bits * value, rows, word, valuesAByte * wordsARow);
        }
      }
    }
  }
  return columnScales;
}

/** The same block of four adjacent columns. */
interface FourBlocks {
  readonly packed: Uint8Array;
  /** Scale of each block relative to its column's, in fixed point. */
  readonly factors: Int32Array;
  /** Quantised value that represents 0. */
  readonly zero: number;
  /** Index of the first block, blocks per column, and bytes per block. */
  readonly at: number;
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Writes the values at bit `shift` of each byte, one word per row. Assumes a little-endian processor, as all supported
 * platforms are.
 */
function writeWords(source: FourBlocks, shift: number, rows: Int32Array, first: number, step: number): void {
  const { packed, factors, zero, at, blocks, bytes } = source;
  const mask = 2 * zero - 1;
  const [at1, at2, at3] = [at + blocks, at + 2 * blocks, at + 3 * blocks];
  const [f0, f1, f2, f3] = [factors[at], factors[at1], factors[at2], factors[at3]];
  const [o0, o1, o2, o3] = [offset(zero, f0), offset(zero, f1), offset(zero, f2), offset(zero, f3)];
  const [s0, s1, s2, s3] = [at * bytes, at1 * bytes, at2 * bytes, at3 * bytes];
  for (let i = 0, word = first; word < rows.length; i++, word += step) {
    const v0 = (Math.imul((packed[s0 + i] >> shift) & mask, f0) + o0) >> PLACES;
    const v1 = (Math.imul((packed[s1 + i] >> shift) & mask, f1) + o1) >> PLACES;
    const v2 = (Math.imul((packed[s2 + i] >> shift) & mask, f2) + o2) >> PLACES;
    const v3 = (Math.imul((packed[s3 + i] >> shift) & mask, f3) + o3) >> PLACES;
    // With a negative scale the value without an opposite would become 256.
    rows[word] =
      (v0 < 255 ? v0 : 255) |
      ((v1 < 255 ? v1 : 255) << 8) |
      ((v2 < 255 ? v2 : 255) << 16) |
      ((v3 < 255 ? v3 : 255) << 24);
  }
}

/** Added to `value * factor`, so that truncation rounds half up and maps `zero` to 128. */
function offset(zero: number, factor: number): number {
  return (128 * ONE + (ONE >> 1) - zero * factor) | 0;
}
