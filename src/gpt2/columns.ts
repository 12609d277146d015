/** Columns of a matrix that are written together: the bytes of a word. */
export const COLUMNS_A_WORD = 4;
/** Columns handled before the next rows: few enough that what is written in turn stays in the processor's cache. */
const TILE = 16 * COLUMNS_A_WORD;

/** A matrix as `MatMulNBits` reads it. */
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

/** Binary places of a factor: its error is a four-hundredth of a step at most. */
const PLACES = 16;
const ONE = 1 << PLACES;

/**
 * The same matrix as `DynamicQuantizeMatMul` reads it: `columns` `[from, to]`, value = (byte - 128) * scale of the
 * column. Where all scales of a column are equal nothing is rounded.
 * @param columns begins at a multiple of a word; `to` is a multiple of `COLUMNS_A_WORD`
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
    // A column of zeros may have any scale.
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

/** A block of one column and of the three after it. */
interface FourBlocks {
  readonly packed: Uint8Array;
  /** Of each block: its scale in scales of its column, in fixed point. */
  readonly factors: Int32Array;
  /** What stands for 0. */
  readonly zero: number;
  /** The number of the first one, how many each column has, and how many bytes each takes. */
  readonly at: number;
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Writes the values that begin at bit `shift` of each byte, a word for each row; the processors that Inkling runs on put
 * the lowest byte of a word first.
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
    // A negative scale turns the one value that has no opposite into 256.
    rows[word] =
      (v0 < 255 ? v0 : 255) |
      ((v1 < 255 ? v1 : 255) << 8) |
      ((v2 < 255 ? v2 : 255) << 16) |
      ((v3 < 255 ? v3 : 255) << 24);
  }
}

/** What is added to `value * factor`, so that cutting off the places rounds half up and makes 128 of `zero`. */
function offset(zero: number, factor: number): number {
  return (128 * ONE + (ONE >> 1) - zero * factor) | 0;
}
