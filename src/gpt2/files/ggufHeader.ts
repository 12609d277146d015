import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { type ByteSource, CutShortError, parseStart, quoted } from './byteSource';

const MAGIC = 'GGUF';
const VERSIONS: readonly number[] = [2, 3];
/** Limit of a header; vocabularies of 250,000 tokens take some 8 MB. */
const MOST_HEADER_BYTES = 64 * 2 ** 20;

/** A tensor as described in the header. */
export interface TensorInfo {
  readonly name: string;
  /** Outermost dimension first. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly offset: number;
}

/** Values by key: strings, numbers, booleans, and lists of them. */
export type Metadata = ReadonlyMap<string, unknown>;

export interface GgufHeader {
  readonly metadata: Metadata;
  readonly infos: readonly TensorInfo[];
  /** Offset of the first byte after the header. */
  readonly end: number;
}

/**
 * Reads a file's header.
 * @throws UnsupportedModelError when it is damaged, truncated, or of another version
 */
export function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  return parseStart(source, MOST_HEADER_BYTES, (bytes) => parseHeader(source, bytes));
}

function parseHeader(source: ByteSource, bytes: Uint8Array): GgufHeader {
  const reader = new HeaderReader(source, bytes);
  if (reader.text(MAGIC.length) !== MAGIC) {
    throw new UnsupportedModelError(l10n.t('{0} is no GGUF file.', source.name));
  }
  const version = reader.uint32();
  if (!VERSIONS.includes(version)) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} is of GGUF version {1}; Inkling reads little-endian files of versions 2 and 3.',
        source.name,
        version,
      ),
    );
  }
  const tensorCount = reader.count(4 * 8);
  const metadataCount = reader.count(8 + 4);
  const metadata = new Map<string, unknown>();
  for (let i = 0; i < metadataCount; i++) {
    const key = reader.string();
    metadata.set(key, reader.value(reader.uint32()));
  }
  const infos: TensorInfo[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = reader.string();
    const dimensions = reader.uint32();
    if (dimensions > MOST_DIMENSIONS) {
      throw damaged(source, `tensor ${quoted(name)} has ${dimensions} dimensions`);
    }
    const shape = Array.from({ length: dimensions }, () => reader.uint64()).reverse();
    infos.push({ name, shape, type: reader.uint32(), offset: reader.uint64() });
  }
  return { metadata, infos, end: reader.at };
}

const MOST_DIMENSIONS = 4;

/** Reads the header's little-endian fields. */
class HeaderReader {
  at = 0;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #source: ByteSource;

  constructor(source: ByteSource, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** @throws UnsupportedModelError when the value cannot be an offset in a file */
  uint64(): number {
    const value = Number(this.#view.getBigUint64(this.#skip(8), true));
    if (!Number.isSafeInteger(value)) {
      throw damaged(this.#source, `the number ${value} is too large`);
    }
    return value;
  }

  /** Reads a number of elements that take at least `least` bytes each. */
  count(least: number): number {
    const count = this.uint64();
    if (count * least > this.#source.size) {
      throw damaged(this.#source, `it cannot hold ${count} things`);
    }
    return count;
  }

  string(): string {
    return this.text(this.uint64());
  }

  text(length: number): string {
    const from = this.#skip(length);
    return new TextDecoder().decode(this.#bytes.subarray(from, this.at));
  }

  value(type: number): unknown {
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(this.#skip(1));
      case 1:
        return view.getInt8(this.#skip(1));
      case 2:
        return view.getUint16(this.#skip(2), true);
      case 3:
        return view.getInt16(this.#skip(2), true);
      case 4:
        return view.getUint32(this.#skip(4), true);
      case 5:
        return view.getInt32(this.#skip(4), true);
      case 6:
        return view.getFloat32(this.#skip(4), true);
      case 7:
        return view.getUint8(this.#skip(1)) !== 0;
      case 8:
        return this.string();
      case ARRAY:
        return this.#array();
      case 10:
        return Number(view.getBigUint64(this.#skip(8), true));
      case 11:
        return Number(view.getBigInt64(this.#skip(8), true));
      case 12:
        return view.getFloat64(this.#skip(8), true);
      default:
        throw damaged(this.#source, `a value is of the unknown type ${type}`);
    }
  }

  #array(): unknown[] {
    const type = this.uint32();
    if (type === ARRAY) {
      throw damaged(this.#source, 'a list holds lists');
    }
    const count = this.count(1);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) {
      values.push(this.value(type));
    }
    return values;
  }

  #skip(length: number): number {
    const from = this.at;
    if (from + length > this.#bytes.length) {
      throw new CutShortError(l10n.t('{0} is cut short (truncated): it ends inside its header.', this.#source.name));
    }
    this.at = from + length;
    return from;
  }
}

const ARRAY = 9;

/** The error for a malformed file. */
export function damaged(source: ByteSource, what: string): UnsupportedModelError {
  return new UnsupportedModelError(l10n.t('{0} is a damaged GGUF file: {1}.', source.name, what));
}
