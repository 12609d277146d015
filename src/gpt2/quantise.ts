/**
 * fp32 is exact; q8 stores matrices in 8 bits with a float32 scale per block; q4 stores those of the layers in 4 bits,
 * and the embedding (also the head) in 8.
 */
export type Precision = 'fp32' | 'q8' | 'q4';
export const PRECISIONS: readonly Precision[] = ['fp32', 'q8', 'q4'];

/** A matrix `[rows, columns]` whose rows are split into blocks with one scale each, as `MatMulNBits` reads it. */
export interface BlockQuantised {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** `[rows, blocks, bytes per block]`; at 4 bits two values share a byte, the first in the low half. */
  readonly packed: Uint8Array;
  /** `[rows, blocks]` */
  readonly scales: Float32Array;
}

/**
 * Values per scale; `MatMulNBits` requires powers of two. Larger blocks are read faster, smaller ones are more precise.
 */
const BLOCK_SIZES = [128, 64, 32] as const;
const LEAST_BLOCK = 32;

/** The largest block size up to `most` that divides a row evenly; the smallest one where none does. */
export function blockSizeFor(columns: number, most: number): number {
  return BLOCK_SIZES.find((size) => size <= most && columns % size === 0) ?? LEAST_BLOCK;
}

/**
 * Quantises each block to `bits` bits with one float32 scale: value = (q - 2^(bits-1)) * scale. Rows are padded with
 * zeros to whole blocks.
 */
export function quantiseBlocks(
  matrix: Float32Array,
  rows: number,
  columns: number,
  bits: 4 | 8,
  blockSize: number,
): BlockQuantised {
  const blocks = Math.ceil(columns / blockSize);
  const blockBytes = (blockSize * bits) / 8;
  const packed = new Uint8Array(rows * blocks * blockBytes);
  const scales = new Float32Array(rows * blocks);
  const quantised = new Uint8Array(blockSize);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const from = row * columns + block * blockSize;
      const to = Math.min(from + blockSize, (row + 1) * columns);
      const index = row * blocks + block;
      scales[index] = quantiseBlock(matrix, from, to, bits, quantised);
      pack(quantised, bits, packed, index * blockBytes);
    }
  }
  return { bits, blockSize, packed, scales };
}

/** Fills `quantised`, padding with the value for 0, and returns the scale. */
function quantiseBlock(values: Float32Array, from: number, to: number, bits: 4 | 8, quantised: Uint8Array): number {
  const zero = 2 ** (bits - 1);
  let extreme = 0;
  for (let i = from; i < to; i++) if (Math.abs(values[i]) > Math.abs(extreme)) extreme = values[i];
  // The value of the largest magnitude gets the end of the range with one more step.
  const scale = Math.fround(extreme / -zero);
  quantised.fill(zero);
  if (scale === 0) return 0;
  for (let i = from; i < to; i++) {
    quantised[i - from] = Math.max(0, Math.min(2 * zero - 1, Math.round(values[i] / scale) + zero));
  }
  return scale;
}

function pack(quantised: Uint8Array, bits: 4 | 8, packed: Uint8Array, at: number): void {
  if (bits === 8) {
    packed.set(quantised, at);
    return;
  }
  for (let i = 0; i < quantised.length; i += 2) packed[at + i / 2] = quantised[i] | (quantised[i + 1] << 4);
}

/** Transposes `[rows, columns]` to `[columns, rows]`. */
export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column];
  }
  return result;
}
