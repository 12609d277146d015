import { UnsupportedModelError } from '../config';

/** Bytes that can be read at any place: a file, a buffer, a part of another source. */
export interface ByteSource {
  readonly name: string;
  readonly size: number;
  /** @throws when fewer than `length` bytes are there */
  read(offset: number, length: number): Promise<Uint8Array>;
}

const BYTES_PER_ELEMENT = { F32: 4, F16: 2, BF16: 2, F64: 8, U8: 1, BOOL: 1, I64: 8, I32: 4 } as const;
export type DType = keyof typeof BYTES_PER_ELEMENT;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  /** First byte within the source. */
  readonly offset: number;
  readonly byteLength: number;
}

/** No real header comes near this; a larger figure means that the file is something else. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads the table of contents of a safetensors file. https://github.com/huggingface/safetensors#format
 * @throws UnsupportedModelError when the file is cut short or is not safetensors
 */
export async function readSafetensors(source: ByteSource): Promise<Map<string, TensorEntry>> {
  if (source.size < 8) throw new UnsupportedModelError(`${source.name} is too short to be a safetensors file.`);
  const lengthBytes = await source.read(0, 8);
  const headerLength = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER_BYTES) {
    throw new UnsupportedModelError(`${source.name} is not a safetensors file.`);
  }
  if (8 + headerLength > source.size) {
    throw new UnsupportedModelError(`${source.name} is cut short: it ends inside its header.`);
  }
  const header = parseHeader(source.name, await source.read(8, headerLength));
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    entries.set(name, parseEntry(source, name, value, 8 + headerLength));
  }
  return entries;
}

/** A whole tensor as float32, in row-major order. F32, F16 and BF16 are read; nothing else holds GPT-2 weights. */
export async function readFloat32(entry: TensorEntry): Promise<Float32Array> {
  const bytes = await entry.source.read(entry.offset, entry.byteLength);
  // A copy begins where the wider types may begin; `slice` of a Buffer is none.
  const copy = new Uint8Array(bytes).buffer;
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(copy);
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(copy));
    case 'F16':
      return float16ToFloat32(new Uint16Array(copy));
    default:
      throw new UnsupportedModelError(
        `Tensor ${entry.name} has type ${entry.dtype}; Inkling reads F32, F16 and BF16 weights.`,
      );
  }
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Writes float32 tensors as one safetensors file. */
export function writeSafetensors(tensors: readonly NamedTensor[]): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + padded);
  let at = 8 + padded;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function parseHeader(file: string, bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw new UnsupportedModelError(`${file} is not a safetensors file: its header is not JSON.`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new UnsupportedModelError(`${file} is not a safetensors file: its header is not a JSON object.`);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new UnsupportedModelError(`${file}: tensor ${twice} is there twice.`);
  return header as Record<string, unknown>;
}

/** The first name that two objects of a JSON text go by; of such, a JSON parser keeps the last without a word. */
function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  // Every string of the text in turn, those that name an object with what follows them.
  for (const [, string, object] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:\s*\{)?/g)) {
    if (object === undefined) continue;
    const key: string = JSON.parse(string);
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return undefined;
}

function parseEntry(source: ByteSource, name: string, value: unknown, dataStart: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new UnsupportedModelError(`${source.name}: the header entry of tensor ${name} is malformed.`);
  }
  const width = BYTES_PER_ELEMENT[dtype as DType];
  if (!width) throw new UnsupportedModelError(`Tensor ${name} has type ${dtype}, which Inkling does not read.`);
  const [begin, end] = offsets;
  const byteLength = end - begin;
  if (byteLength !== width * shape.reduce((a, b) => a * b, 1)) {
    throw new UnsupportedModelError(`${source.name}: tensor ${name} has ${byteLength} bytes, not those of its shape.`);
  }
  if (dataStart + end > source.size) {
    throw new UnsupportedModelError(`${source.name} is cut short: tensor ${name} ends beyond the end of the file.`);
  }
  return { name, dtype: dtype as DType, shape, source, offset: dataStart + begin, byteLength };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

function float16ToFloat32(halves: Uint16Array): Float32Array {
  const table = float16Table();
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]];
  return new Float32Array(bits.buffer);
}

let float16Bits: Uint32Array | undefined;

/** The float32 bit pattern of every IEEE 754 half. */
function float16Table(): Uint32Array {
  if (float16Bits) return float16Bits;
  const floats = new Float32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) floats[half] = sign * fraction * 2 ** -24;
    else if (exponent === 31) floats[half] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else floats[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  float16Bits = new Uint32Array(floats.buffer);
  return float16Bits;
}
