import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { type ByteSource, quoted } from './byteSource';
import { countOf, type PlainFloat, refuseOverlaps, type Tensor, toFloat32 } from './tensor';

const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  C64: 8,
};
const FLOATS: Readonly<Record<string, PlainFloat>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
};

/** Limit of the header; a larger length means that the file has another format. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads the header of a safetensors file. https://github.com/huggingface/safetensors#format
 * @throws UnsupportedModelError when the file is truncated or is not safetensors
 */
export async function readSafetensors(source: ByteSource): Promise<Map<string, Tensor>> {
  if (source.size < 8) {
    throw new UnsupportedModelError(l10n.t('{0} is too short to be a safetensors file.', source.name));
  }
  const lengthBytes = await source.read(0, 8);
  const headerLength = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > MAX_HEADER_BYTES) {
    throw new UnsupportedModelError(l10n.t('{0} is not a safetensors file.', source.name));
  }
  if (8 + headerLength > source.size) {
    throw new UnsupportedModelError(l10n.t('{0} is cut short: it ends inside its header.', source.name));
  }
  const header = parseHeader(source.name, await source.read(8, headerLength));
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const located = entries.map(([name, value]) => parseEntry(source, name, value, 8 + headerLength));
  refuseOverlaps(source.name, located);
  return new Map(located.map((entry) => [entry.name, tensorOf(source, entry)]));
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Serializes float32 tensors as a safetensors file. */
export function writeSafetensors(tensors: readonly NamedTensor[]): Uint8Array {
  let offset = 0;
  // A tensor may be named `__proto__`.
  const header: Record<string, unknown> = Object.create(null);
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
    throw new UnsupportedModelError(l10n.t('{0} is not a safetensors file: its header is not JSON.', file));
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new UnsupportedModelError(l10n.t('{0} is not a safetensors file: its header is not a JSON object.', file));
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) {
    throw new UnsupportedModelError(l10n.t('{0}: tensor {1} is there twice.', file, quoted(twice)));
  }
  return header as Record<string, unknown>;
}

/** The first duplicate key of a JSON object; JSON.parse would silently keep the last value. */
function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '{' || char === '[') {
      depth++;
    } else if (char === '}' || char === ']') {
      depth--;
    } else if (char === '"') {
      const from = at;
      at = endOfString(json, at);
      if (depth === 1 && isKey(json, at + 1)) {
        const key: string = JSON.parse(json.slice(from, at + 1));
        if (seen.has(key)) {
          return key;
        }
        seen.add(key);
      }
    }
  }
  return undefined;
}

/** Index of the closing quote of the string that begins at `from`. */
function endOfString(json: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const end = json.indexOf('"', at);
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end;
    }
    at = end;
  }
}

function isKey(json: string, from: number): boolean {
  let at = from;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') {
    at++;
  }
  return json[at] === ':';
}

interface Located {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Offset of the first byte in the file. */
  readonly begin: number;
  readonly end: number;
}

function parseEntry(source: ByteSource, name: string, value: unknown, dataStart: number): Located {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const shown = quoted(name);
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new UnsupportedModelError(l10n.t('{0}: the header entry of tensor {1} is malformed.', source.name, shown));
  }
  if (!Object.hasOwn(BYTES_PER_ELEMENT, dtype)) {
    throw new UnsupportedModelError(
      l10n.t('Tensor {0} has type {1}, which Inkling does not read.', shown, quoted(dtype)),
    );
  }
  const [begin, end] = offsets;
  const byteLength = end - begin;
  if (byteLength !== BYTES_PER_ELEMENT[dtype] * countOf(shape)) {
    throw new UnsupportedModelError(
      l10n.t('{0}: tensor {1} has {2} bytes, not those of its shape.', source.name, shown, byteLength),
    );
  }
  if (dataStart + end > source.size) {
    throw new UnsupportedModelError(
      l10n.t('{0} is cut short: tensor {1} ends beyond the end of the file.', source.name, shown),
    );
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function tensorOf(source: ByteSource, { dtype, shape, begin, end }: Located): Tensor {
  const format: PlainFloat | undefined = FLOATS[dtype];
  const rowBytes = BYTES_PER_ELEMENT[dtype] * countOf(shape.slice(1));
  return {
    type: dtype,
    format,
    shape,
    byteLength: end - begin,
    place: `${source.name} ${begin}`,
    async rows(from, to) {
      if (!format) {
        throw new UnsupportedModelError(l10n.t('{0}: values of type {1} are no weights.', source.name, dtype));
      }
      return toFloat32(await source.read(begin + from * rowBytes, (to - from) * rowBytes), format);
    },
  };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
