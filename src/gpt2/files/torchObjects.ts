import { UnsupportedModelError } from '../errors';
import { quoted } from './byteSource';
import { type Global, globalName, Inert, Tuple } from './pickle';
import { BYTES_PER_FLOAT, countOf, type PlainFloat, type Tensor, toFloat32 } from './tensor';

/** The bytes of one storage, wherever they lie. */
export interface StorageBytes {
  readonly size: number;
  /** Names the place, so that two tensors of one storage can be told. */
  readonly name: string;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Memory that tensors are views of: `torch.FloatStorage` and its like, or untyped bytes. */
export class TorchStorage {
  /** Set when the file has been read as far as where storages lie. */
  bytes: StorageBytes | undefined;

  constructor(
    readonly key: string,
    /** Type of the elements; `undefined` in an untyped storage, whose tensors bring their own. */
    readonly type: string | undefined,
    /** In elements, or in bytes if untyped. */
    readonly size: number,
  ) {}
}

/** Bytes of an element of each of torch's types, for the bounds of tensors. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
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
  float8_e4m3fn: 1,
  float8_e4m3fnuz: 1,
  float8_e5m2: 1,
  float8_e5m2fnuz: 1,
  float8_e8m0fnu: 1,
};

const STORAGE_TYPES: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
  ByteStorage: 'uint8',
  CharStorage: 'int8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
};

/** A storage's class, as a persistent id names it. */
class StorageClass implements Global {
  constructor(
    readonly name: string,
    readonly type: string | undefined,
  ) {}

  call(): never {
    throw new UnsupportedModelError(`${this.name} is made outside the file's own storages, which no weights need.`);
  }
}

/** A type such as `torch.float16`. */
class TypeName implements Global {
  constructor(
    readonly name: string,
    readonly type: string,
  ) {}

  call(): Inert {
    return new Inert(this.name);
  }
}

/** A tensor as the pickle describes it, checked against the storage it looks into. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly type: string,
    /** In elements, as are the strides. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  get elementBytes(): number {
    return ELEMENT_BYTES[this.type];
  }
}

/** Elements that a tensor may have beyond its storage, by strides of 0. */
const MOST_EXPANDED = 2 ** 27;

/**
 * What the names in a torch checkpoint stand for. Only these are known: what tensors are made of, and the plain Python
 * and NumPy values that people put beside them, which become inert. Nothing is ever called.
 * @throws UnsupportedModelError naming any other
 */
export function torchGlobal(file: string, module: string, name: string): Global {
  const full = `${module}.${name}`;
  const maker = MAKERS[full];
  if (Object.hasOwn(MAKERS, full)) {
    return { name: full, call: (args) => maker(args, file) };
  }
  if (isTorch(module)) {
    if (Object.hasOwn(STORAGE_TYPES, name)) {
      return new StorageClass(full, STORAGE_TYPES[name]);
    }
    if (name === 'UntypedStorage') {
      return new StorageClass(full, undefined);
    }
    if (Object.hasOwn(ELEMENT_BYTES, name)) {
      return new TypeName(full, name);
    }
  }
  if (HARMLESS.has(full.replace(/^__builtin__\./, 'builtins.').replace(/^numpy\._core\./, 'numpy.core.'))) {
    return { name: full, call: () => new Inert(full) };
  }
  throw refusal(file, module, name);
}

function isTorch(module: string): boolean {
  return module === 'torch' || module === 'torch.cuda' || module === 'torch.storage';
}

/** Values beside the weights that are stepped over: hyperparameters, counters, dates, states of random numbers. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['set', 'frozenset', 'list', 'dict', 'bytearray', 'complex', 'int', 'float', 'bool', 'str', 'object'].map(
    (name) => `builtins.${name}`,
  ),
  '_codecs.encode',
  'argparse.Namespace',
  'datetime.date',
  'datetime.datetime',
  'datetime.timedelta',
  'datetime.timezone',
  ...['Path', 'PosixPath', 'PurePosixPath', 'WindowsPath', 'PureWindowsPath'].map((name) => `pathlib.${name}`),
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray._reconstruct',
  'numpy.core.multiarray.scalar',
  'torch.device',
  'transformers.models.gpt2.configuration_gpt2.GPT2Config',
  'torch.Tensor',
  'torch.nn.parameter.Parameter',
]);

const WORDS: Readonly<Record<string, string>> = {
  'torch._utils._rebuild_qtensor': 'a quantized tensor',
  'torch._utils._rebuild_sparse_tensor': 'a sparse tensor',
  'torch._utils._rebuild_sparse_csr_tensor': 'a sparse tensor',
  'torch._utils._rebuild_meta_tensor_no_storage': 'a meta tensor, which has no data',
  'torch._utils._rebuild_nested_tensor': 'a nested tensor',
};

function refusal(file: string, module: string, name: string): UnsupportedModelError {
  const words = WORDS[`${module}.${name}`];
  const shown = globalName(module, name);
  if (words) {
    return new UnsupportedModelError(`${file} holds ${words} (${shown}). Inkling reads dense float weights only.`);
  }
  if (/^(torch\.nn|transformers)\./.test(module)) {
    return new UnsupportedModelError(
      `${file} holds a whole Python object, ${shown}, and not only weights; Inkling runs no Python. ` +
        'In Python, save the weights alone: torch.save(model.state_dict(), "pytorch_model.bin").',
    );
  }
  return new UnsupportedModelError(
    `${file} names the Python global ${shown}, which no weights need and which could run a program; ` +
      'Inkling ran nothing and does not read the file. Where you trust it, save its weights alone: ' +
      'torch.save(model.state_dict(), "pytorch_model.bin").',
  );
}

type Maker = (args: readonly unknown[], file: string) => unknown;

/** `Object.create(null)` would do no better: the names are looked up with `Object.hasOwn`. */
const MAKERS: Readonly<Record<string, Maker>> = {
  'collections.OrderedDict': makeDict,
  'collections.Counter': makeDict,
  'collections.defaultdict': () => new Map(),
  'torch.Size': ([sizes], file) => sizes ?? wrong(file, 'torch.Size'),
  'torch._utils._rebuild_tensor': makeTensor,
  'torch._utils._rebuild_tensor_v2': makeTensor,
  'torch._utils._rebuild_tensor_v3': makeTensorOfType,
  'torch._utils._rebuild_parameter': ([data], file) => requireTensor(data, file, '_rebuild_parameter'),
  'torch._utils._rebuild_parameter_with_state': ([data], file) =>
    requireTensor(data, file, '_rebuild_parameter_with_state'),
  'torch._tensor._rebuild_from_type_v2': makeFromType,
};

function makeDict(args: readonly unknown[], file: string): Map<unknown, unknown> {
  const [pairs = []] = args;
  if (pairs instanceof Map) {
    return new Map(pairs);
  }
  if (args.length > 1 || !Array.isArray(pairs)) {
    throw wrong(file, 'OrderedDict');
  }
  const dict = new Map<unknown, unknown>();
  for (const pair of pairs) {
    const items = pair instanceof Tuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2) {
      throw wrong(file, 'OrderedDict');
    }
    dict.set(items[0], items[1]);
  }
  return dict;
}

function makeTensor([storage, offset, shape, strides]: readonly unknown[], file: string): TorchTensor {
  if (!(storage instanceof TorchStorage) || storage.type === undefined) {
    throw wrong(file, '_rebuild_tensor_v2');
  }
  return checkedTensor(storage, storage.type, offset, shape, strides, file);
}

function makeTensorOfType(args: readonly unknown[], file: string): TorchTensor {
  const [storage, offset, shape, strides, , , type] = args;
  if (!(storage instanceof TorchStorage) || !(type instanceof TypeName)) {
    throw wrong(file, '_rebuild_tensor_v3');
  }
  return checkedTensor(storage, type.type, offset, shape, strides, file);
}

/** A tensor with attributes of its own, or of a class of torch's: `(function, class, arguments, state)`. */
function makeFromType([rebuild, , args]: readonly unknown[], file: string): TorchTensor {
  const isCall = typeof rebuild === 'object' && rebuild !== null && 'call' in rebuild && args instanceof Tuple;
  const value = isCall ? (rebuild as Global).call(args.items) : undefined;
  return requireTensor(value, file, '_rebuild_from_type_v2');
}

function requireTensor(value: unknown, file: string, maker: string): TorchTensor {
  if (!(value instanceof TorchTensor)) {
    throw wrong(file, maker);
  }
  return value;
}

function checkedTensor(
  storage: TorchStorage,
  type: string,
  offset: unknown,
  shapeTuple: unknown,
  stridesTuple: unknown,
  file: string,
): TorchTensor {
  const bad = (what: string) => new UnsupportedModelError(`${file}: a tensor's ${what}; the file is damaged.`);
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

function sizesOf(value: unknown): number[] | undefined {
  const items: unknown = value instanceof Tuple ? value.items : value;
  return Array.isArray(items) && items.every((size) => Number.isSafeInteger(size) && size >= 0) ? items : undefined;
}

function wrong(file: string, name: string): UnsupportedModelError {
  return new UnsupportedModelError(`${file}: the arguments of ${name} are not those that torch writes.`);
}

/**
 * The storage that a persistent id stands for: `('storage', class, key, place, size)`.
 * @param known storages by key; each is made once
 */
export function torchStorage(file: string, id: unknown, known: Map<string, TorchStorage>): TorchStorage {
  const [kind, storageClass, key, , size, view] = id instanceof Tuple ? id.items : [];
  const isKey = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint';
  if (kind !== 'storage' || !isKey || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new UnsupportedModelError(`${file}: a persistent id is not one that torch writes.`);
  }
  if (!(storageClass instanceof StorageClass)) {
    throw new UnsupportedModelError(`${file}: a storage is of a kind that is no storage type of torch.`);
  }
  if (view !== undefined && view !== null) {
    throw new UnsupportedModelError(`${file} was written by a torch before 0.4; save it again with a newer one.`);
  }
  const name = String(key);
  const made = known.get(name);
  if (made) {
    if (made.type !== storageClass.type || made.size !== size) {
      throw new UnsupportedModelError(`${file}: storage ${quoted(name)} is told of twice, differently.`);
    }
    return made;
  }
  const storage = new TorchStorage(name, storageClass.type, size);
  known.set(name, storage);
  return storage;
}

/** Bytes of a storage. */
export function storageByteLength({ type, size }: TorchStorage): number {
  return type === undefined ? size : size * ELEMENT_BYTES[type];
}

/** A tensor to read, under the name of its place in `file`. */
export function readable(file: string, tensor: TorchTensor): Tensor {
  const { storage, type, offset, shape, strides, elementBytes } = tensor;
  const format = type in BYTES_PER_FLOAT ? (type as PlainFloat) : undefined;
  return {
    type,
    format,
    shape,
    byteLength: countOf(shape) * elementBytes,
    place: `${file} ${storage.key} ${offset} ${strides}`,
    async rows(from, to) {
      const { bytes } = storage;
      if (!format || !bytes) {
        throw new UnsupportedModelError(`${file}: a tensor of type ${type} has no weights to read.`);
      }
      const read = async (first: number, count: number) =>
        toFloat32(await bytes.read(first * elementBytes, count * elementBytes), format);
      const rowShape = [to - from, ...shape.slice(1)];
      return gather(read, offset + from * (strides[0] ?? 0), shape.length === 0 ? [] : rowShape, strides);
    },
  };
}

/** Elements that may be read for one that is wanted; a view that is sparser than that is read in parts. */
const MOST_READ_AHEAD = 4;
/** A view of less is read at once. */
const SMALL = 2 ** 20;

/** Reads a view, element by element as its strides say, into row-major order. */
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
