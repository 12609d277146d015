import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { quoted } from './byteSource';
import { type Global, globalName, Inert, isGlobal, Tuple } from './pickleValues';
import { checkedTensor, ELEMENT_BYTES, TorchStorage, TorchTensor } from './torchTensor';

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

/** A storage class in a persistent id. */
class StorageClass implements Global {
  constructor(
    readonly name: string,
    readonly type: string | undefined,
  ) {}

  call(): never {
    throw new UnsupportedModelError(
      l10n.t("{0} is made outside the file's own storages, which no weights need.", this.name),
    );
  }
}

/** An element type such as `torch.float16`. */
class TypeName implements Global {
  constructor(
    readonly name: string,
    readonly type: string,
  ) {}

  call(): Inert {
    return new Inert(this.name);
  }
}

/**
 * What the names in a torch checkpoint stand for. Only known names are accepted: those that make up tensors, and plain
 * Python and NumPy values stored beside them, which become inert. Nothing is executed.
 * @throws UnsupportedModelError naming an unknown one
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

/** Values beside the weights that are ignored: hyperparameters, counters, dates, random states. */
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
    return new UnsupportedModelError(
      l10n.t('{0} holds {1} ({2}). Inkling reads dense float weights only.', file, words, shown),
    );
  }
  if (/^(torch\.nn|transformers)\./.test(module)) {
    return new UnsupportedModelError(
      l10n.t(
        '{0} holds a whole Python object, {1}, and not only weights; Inkling runs no Python. In Python, save the weights alone: torch.save(model.state_dict(), "pytorch_model.bin").',
        file,
        shown,
      ),
    );
  }
  return new UnsupportedModelError(
    l10n.t(
      '{0} names the Python global {1}, which no weights need and which could run a program; Inkling ran nothing and does not read the file. Where you trust it, save its weights alone: torch.save(model.state_dict(), "pytorch_model.bin").',
      file,
      shown,
    ),
  );
}

const FROM_TYPE = 'torch._tensor._rebuild_from_type_v2';

type Maker = (args: readonly unknown[], file: string) => unknown;

const MAKERS: Readonly<Record<string, Maker>> = {
  'collections.OrderedDict': makeDict,
  'collections.Counter': makeDict,
  'collections.defaultdict': () => new Map(),
  'torch.Size': ([sizes]) => sizes,
  'torch._utils._rebuild_tensor': makeTensor,
  'torch._utils._rebuild_tensor_v2': makeTensor,
  'torch._utils._rebuild_tensor_v3': makeTensorOfType,
  'torch._utils._rebuild_parameter': ([data], file) => requireTensor(data, file, '_rebuild_parameter'),
  'torch._utils._rebuild_parameter_with_state': ([data], file) =>
    requireTensor(data, file, '_rebuild_parameter_with_state'),
  [FROM_TYPE]: makeFromType,
};

/** Dicts by the lists they were made from, so that a list referenced a million times is read once. */
const MADE = new WeakMap<readonly unknown[], { readonly length: number; readonly dict: Map<unknown, unknown> }>();

function makeDict(args: readonly unknown[], file: string): Map<unknown, unknown> {
  const [pairs = []] = args;
  if (pairs instanceof Map) {
    return pairs;
  }
  if (args.length > 1 || !Array.isArray(pairs)) {
    throw wrong(file, 'OrderedDict');
  }
  const made = MADE.get(pairs);
  if (made?.length === pairs.length) {
    return made.dict;
  }
  const dict = new Map<unknown, unknown>();
  for (const pair of pairs) {
    const items = pair instanceof Tuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2) {
      throw wrong(file, 'OrderedDict');
    }
    dict.set(items[0], items[1]);
  }
  MADE.set(pairs, { length: pairs.length, dict });
  return dict;
}

function makeTensor(args: readonly unknown[], file: string): TorchTensor {
  const [storage, offset, shape, strides, , , metadata] = args;
  if (!(storage instanceof TorchStorage) || storage.type === undefined) {
    throw wrong(file, '_rebuild_tensor_v2');
  }
  const tensor = checkedTensor(storage, storage.type, offset, shape, strides, file);
  return isNegative(metadata) ? tensor.negated() : tensor;
}

/** Torch marks negated views, such as the imaginary part of a conjugate. */
function isNegative(metadata: unknown): boolean {
  return metadata instanceof Map && metadata.get('neg') === true;
}

function makeTensorOfType(args: readonly unknown[], file: string): TorchTensor {
  const [storage, offset, shape, strides, , , type, metadata] = args;
  if (!(storage instanceof TorchStorage) || !(type instanceof TypeName)) {
    throw wrong(file, '_rebuild_tensor_v3');
  }
  const tensor = checkedTensor(storage, type.type, offset, shape, strides, file);
  return isNegative(metadata) ? tensor.negated() : tensor;
}

/** A tensor with attributes or of a subclass: `(function, class, arguments, state)`. */
function makeFromType([rebuild, , args]: readonly unknown[], file: string): TorchTensor {
  // Nesting such tensors is refused, as calls could be nested without end.
  const isTensor = isGlobal(rebuild) && rebuild.name !== FROM_TYPE && args instanceof Tuple;
  const value = isTensor ? rebuild.call(args.items) : undefined;
  return requireTensor(value, file, '_rebuild_from_type_v2');
}

function requireTensor(value: unknown, file: string, maker: string): TorchTensor {
  if (!(value instanceof TorchTensor)) {
    throw wrong(file, maker);
  }
  return value;
}

function wrong(file: string, name: string): UnsupportedModelError {
  return new UnsupportedModelError(l10n.t('{0}: the arguments of {1} are not those that torch writes.', file, name));
}

/**
 * The storage for a persistent id `('storage', class, key, location, size)`.
 * @param known storages by key; each is created once
 */
export function torchStorage(file: string, id: unknown, known: Map<string, TorchStorage>): TorchStorage {
  const [kind, storageClass, key, , size, view] = id instanceof Tuple ? id.items : [];
  const isKey = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint';
  if (kind !== 'storage' || !isKey || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new UnsupportedModelError(l10n.t('{0}: a persistent id is not one that torch writes.', file));
  }
  if (!(storageClass instanceof StorageClass)) {
    throw new UnsupportedModelError(l10n.t('{0}: a storage is of a kind that is no storage type of torch.', file));
  }
  if (view !== undefined && view !== null) {
    throw new UnsupportedModelError(
      l10n.t('{0} was written by a torch before 0.4; save it again with a newer one.', file),
    );
  }
  const name = String(key);
  const made = known.get(name);
  if (made) {
    if (made.type !== storageClass.type || made.size !== size) {
      throw new UnsupportedModelError(l10n.t('{0}: storage {1} is told of twice, differently.', file, quoted(name)));
    }
    return made;
  }
  const storage = new TorchStorage(name, storageClass.type, size);
  known.set(name, storage);
  return storage;
}
