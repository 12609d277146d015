import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { Tuple } from './pickleValues';
import { BYTES_PER_FLOAT, countOf, type PlainFloat, type Tensor, toFloat32 } from './tensor';

/** The bytes of one storage. */
export interface StorageBytes {
  readonly size: number;
  /** Identifies the storage, so that tensors sharing it can be recognised. */
  readonly name: string;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Memory that tensors are views of: a typed storage such as `torch.FloatStorage`, or untyped bytes. */
export class TorchStorage {
  /** Set once the file has been read up to the storages' positions. */
  bytes: StorageBytes | undefined;

  constructor(
    readonly key: string,
    /** Element type; `undefined` for untyped storages, whose tensors have their own. */
    readonly type: string | undefined,
    /** In elements, or in bytes if untyped. */
    readonly size: number,
  ) {}
}

/** Bytes per element of torch's types, for bounds checks. */
export const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  ...BYTES_PER_FLOAT,
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  complex32: 4,
  complex64: 8,
  complex128: 16,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float8_e4m3fnuz: 1,
  float8_e5m2fnuz: 1,
  float8_e8m0fnu: 1,
};

/** A tensor as described in the pickle, checked against its storage. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly type: string,
    /** In elements, like the strides. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    /** Whether its values are the negatives of the stored ones. */
    readonly isNegated = false,
  ) {}

  negated(): TorchTensor {
    return new TorchTensor(this.storage, this.type, this.offset, this.shape, this.strides, true);
  }

  get elementBytes(): number {
    return ELEMENT_BYTES[this.type];
  }
}

/** Limit of elements in a tensor expanded by strides of 0. */
const MOST_EXPANDED = 2 ** 27;

/**
 * A tensor on a storage.
 * @throws UnsupportedModelError when it exceeds the storage
 */
export function checkedTensor(
  storage: TorchStorage,
  type: string,
  offset: unknown,
  shapeTuple: unknown,
  stridesTuple: unknown,
  file: string,
): TorchTensor {
  const bad = (what: string) =>
    new UnsupportedModelError(l10n.t("{0}: a tensor's {1}; the file is damaged.", file, what));
  const shape = sizesOf(shapeTuple);
  const strides = sizesOf(stridesTuple);
  if (!shape) {
    throw bad('size is not made of whole numbers');
  }
  if (!strides || strides.length !== shape.length) {
    throw bad('strides do not go with its size');
  }
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    throw bad('storage offset is no place in its storage');
  }
  const held = storage.type === undefined ? Math.floor(storage.size / ELEMENT_BYTES[type]) : storage.size;
  const count = countOf(shape);
  const last = shape.reduce((at, size, i) => at + (size - 1) * strides[i], offset);
  if (count > 0 && !(last < held)) {
    throw bad(offset >= held ? 'storage offset lies beyond its storage' : 'stride leads beyond its storage');
  }
  if (count > held && count > MOST_EXPANDED) {
    throw bad(`size of ${count} elements is more than its storage of ${held} can mean`);
  }
  return new TorchTensor(storage, type, offset, shape, strides);
}

/** The limit in torch. */
const MOST_DIMENSIONS = 64;

function sizesOf(value: unknown): number[] | undefined {
  const items: unknown = value instanceof Tuple ? value.items : value;
  const isShort = Array.isArray(items) && items.length <= MOST_DIMENSIONS;
  return isShort && items.every((size) => Number.isSafeInteger(size) && size >= 0) ? items : undefined;
}

/** Size of a storage in bytes. */
export function storageByteLength({ type, size }: TorchStorage): number {
  return type === undefined ? size : size * ELEMENT_BYTES[type];
}

/** A tensor that can be read, named by its place in `file`. */
export function readable(file: string, tensor: TorchTensor): Tensor {
  const { storage, type, offset, shape, strides, isNegated, elementBytes } = tensor;
  const format = type in BYTES_PER_FLOAT ? (type as PlainFloat) : undefined;
  return {
    type,
    format,
    shape,
    byteLength: countOf(shape) * elementBytes,
    place: `${file} ${storage.key} ${offset} ${strides}${isNegated ? ' negated' : ''}`,
    async rows(from, to) {
      const { bytes } = storage;
      if (!format || !bytes) {
        throw new UnsupportedModelError(l10n.t('{0}: a tensor of type {1} has no weights to read.', file, type));
      }
      const read = async (first: number, count: number) =>
        toFloat32(await bytes.read(first * elementBytes, count * elementBytes), format);
      const rowShape = [to - from, ...shape.slice(1)];
      const values = await gather(read, offset + from * (strides[0] ?? 0), shape.length === 0 ? [] : rowShape, strides);
      return isNegated ? values.map((value) => -value) : values;
    },
  };
}

/** Elements read per element wanted; sparser views are read in parts. */
const MOST_READ_AHEAD = 4;
/** Views smaller than this are read at once. */
const SMALL = 2 ** 20;

/** Reads a view element by element according to its strides, into row-major order. */
async function gather(
  read: (first: number, count: number) => Promise<Float32Array>,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Promise<Float32Array> {
  const count = countOf(shape);
  const result = new Float32Array(count);
  if (count === 0) {
    return result;
  }
  const span = 1 + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], 0);
  if (isContiguous(shape, strides)) {
    return read(offset, count);
  }
  if (span > SMALL && span > MOST_READ_AHEAD * count) {
    const part = count / shape[0];
    for (let i = 0; i < shape[0]; i++) {
      const row = await gather(read, offset + i * strides[0], shape.slice(1), strides.slice(1));
      result.set(row, i * part);
    }
    return result;
  }
  const values = await read(offset, span);
  let at = 0;
  const walk = (dimension: number, from: number) => {
    if (dimension === shape.length) {
      result[at++] = values[from];
      return;
    }
    for (let i = 0; i < shape[dimension]; i++) {
      walk(dimension + 1, from + i * strides[dimension]);
    }
  };
  walk(0, 0);
  return result;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) {
      return false;
    }
    expected *= shape[i];
  }
  return true;
}
