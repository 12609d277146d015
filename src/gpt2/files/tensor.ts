import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { quoted } from './byteSource';

/** A tensor in a file; values are read on demand. */
export interface Tensor {
  /** Element type as named in the file's format: `F32`, `float16`, `Q8_0`, … */
  readonly type: string;
  /** How elements convert to float32; `undefined` for integers and masks, which are no weights. */
  readonly format: FloatFormat | undefined;
  readonly shape: readonly number[];
  /** Size in the file. */
  readonly byteLength: number;
  /** Identifies its position: tensors with equal place, type and layout are the same. */
  readonly place: string;
  /** Rows `from` to `to` of the first dimension as float32, in row-major order. */
  rows(from: number, to: number): Promise<Float32Array>;
}

/** Formats that convert to float32: exactly, except float64, which is rounded. */
export type FloatFormat = PlainFloat | 'q8_0';

export const BYTES_PER_FLOAT = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
} as const;
export type PlainFloat = keyof typeof BYTES_PER_FLOAT;

/** Number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** All values of a tensor in row-major order. */
export function valuesOf(tensor: Tensor): Promise<Float32Array> {
  return tensor.rows(0, tensor.shape[0] ?? 1);
}

/** Converts little-endian numbers to float32. */
export function toFloat32(bytes: Uint8Array, format: PlainFloat): Float32Array {
  // Copied, as typed arrays require alignment.
  const { buffer } = new Uint8Array(bytes);
  switch (format) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'bfloat16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'float16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'float8_e5m2':
      // The upper half of a float16.
      return float16ToFloat32(Uint16Array.from(bytes, (byte) => byte << 8));
    case 'float8_e4m3fn':
      return Float32Array.from(bytes, e4m3ToNumber);
  }
}

/** A matrix `[rows, columns]` viewed as `[columns, rows]`; reading any rows reads all of it. */
export function transposed(tensor: Tensor): Tensor {
  const [rows, columns] = tensor.shape;
  return {
    ...tensor,
    shape: [columns, rows],
    place: `${tensor.place} transposed`,
    async rows(from, to) {
      const values = await tensor.rows(0, rows);
      const result = new Float32Array((to - from) * rows);
      for (let row = 0; row < rows; row++) {
        for (let column = from; column < to; column++) {
          result[(column - from) * rows + row] = values[row * columns + column];
        }
      }
      return result;
    },
  };
}

/** A tensor of zeros, for biases that a file omits. */
export function zeros(shape: readonly number[]): Tensor {
  const rowSize = countOf(shape.slice(1));
  return {
    type: 'zeros',
    format: 'float32',
    shape,
    byteLength: 0,
    place: 'nowhere',
    rows: async (from, to) => new Float32Array((to - from) * rowSize),
  };
}

/** @throws UnsupportedModelError when a tensor's type is not floating-point */
export function requireFloats(name: string, tensor: Tensor): void {
  if (tensor.format === undefined) {
    throw new UnsupportedModelError(
      l10n.t(
        'Tensor {0} has type {1}; Inkling reads weights in float32, float16, bfloat16, float64 and float8, and Q8_0 in GGUF.',
        name,
        tensor.type,
      ),
    );
  }
}

function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = halves[i] << 16;
  }
  return new Float32Array(bits.buffer);
}

/** The number of a byte with 4 bits of exponent and 3 of fraction, without infinity. https://arxiv.org/abs/2209.05433 */
function e4m3ToNumber(byte: number): number {
  const exponent = (byte >> 3) & 0xf;
  const fraction = byte & 0x7;
  if (exponent === 15 && fraction === 7) {
    return Number.NaN;
  }
  const size = exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7);
  return byte & 0x80 ? -size : size;
}

/** Converts IEEE 754 half precision to float32. */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const table = float16Table();
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    bits[i] = table[halves[i]];
  }
  return new Float32Array(bits.buffer);
}

let float16Bits: Uint32Array | undefined;

/** The float32 bit pattern for every half-precision number. */
function float16Table(): Uint32Array {
  if (float16Bits) {
    return float16Bits;
  }
  const floats = new Float32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      floats[half] = sign * fraction * 2 ** -24;
    } else if (exponent === 31) {
      floats[half] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    } else {
      floats[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    }
  }
  float16Bits = new Uint32Array(floats.buffer);
  return float16Bits;
}

/** Byte range of a tensor in its file. */
interface Span {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * Rejects overlapping tensors, which valid safetensors and GGUF files never contain.
 * @throws UnsupportedModelError
 */
export function refuseOverlaps(file: string, spans: readonly Span[]): void {
  const inOrder = spans.filter(({ begin, end }) => end > begin).sort((a, b) => a.begin - b.begin);
  for (let i = 1; i < inOrder.length; i++) {
    if (inOrder[i].begin < inOrder[i - 1].end) {
      const [a, b] = [quoted(inOrder[i - 1].name), quoted(inOrder[i].name)];
      throw new UnsupportedModelError(l10n.t('{0} is damaged: tensors {1} and {2} overlap.', file, a, b));
    }
  }
}
