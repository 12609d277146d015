import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { type ByteSource, parseStart, quoted } from './byteSource';
import { readPickle } from './pickle';
import { keyText, type PickleContext } from './pickleValues';
import type { Tensor } from './tensor';
import { torchGlobal, torchStorage } from './torchGlobals';
import { readable, storageByteLength, type TorchStorage, type TorchTensor } from './torchTensor';
import { readZip, type ZipRecord } from './zipArchive';

/** A torch checkpoint without the values of its tensors. */
export interface TorchCheckpoint {
  /** The result of `torch.load`, with dicts as Maps and tensors as `TorchTensor`s. */
  readonly value: unknown;
  /** Opens a tensor of `value` for reading. */
  readonly open: (tensor: TorchTensor) => Tensor;
}

/** Limit of the pickle; GPT-2 XL's with its optimizer takes 0.2 MB. */
const MOST_PICKLE_BYTES = 64 * 2 ** 20;

/**
 * Reads the output of `torch.save`: the zip format of torch 1.6 and later, or the legacy format. Nothing in the file is
 * executed, and only the positions of tensors are read. https://pytorch.org/docs/stable/notes/serialization.html
 * @throws UnsupportedModelError when the file is damaged, or uses anything that weights do not need
 */
export async function readTorchCheckpoint(source: ByteSource): Promise<TorchCheckpoint> {
  const start = await source.read(0, Math.min(2, source.size));
  const value = start[0] === 0x50 && start[1] === 0x4b ? await readArchive(source) : await readLegacy(source);
  return { value, open: (tensor) => readable(source.name, tensor) };
}

/** The zip format: `NAME/data.pkl`, and a record `NAME/data/KEY` for each storage. */
async function readArchive(source: ByteSource): Promise<unknown> {
  const records = await readZip(source);
  const pickles = records.filter(({ name }) => /(^|\/)data\.pkl$/.test(name));
  if (pickles.length === 0) {
    throw new UnsupportedModelError(l10n.t("{0} is an archive, but none of torch's: it has no data.pkl.", source.name));
  }
  const [{ name: pickleName }] = pickles;
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const byName = new Map(records.map((record) => [record.name, record]));
  if (records.some(({ name }) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`))) {
    throw new UnsupportedModelError(
      l10n.t(
        "{0} is a TorchScript program (torch.jit.save), not weights. Save the model's state_dict() instead.",
        source.name,
      ),
    );
  }
  await requireLittleEndian(source, byName.get(`${folder}byteorder`));
  const storages = new Map<string, TorchStorage>();
  const context = contextOf(source, storages, (storage) => {
    const record = byName.get(`${folder}data/${storage.key}`);
    if (!record) {
      throw new UnsupportedModelError(l10n.t('{0} has no record {1}.', source.name, quoted(`data/${storage.key}`)));
    }
    if (storageByteLength(storage) > record.size) {
      throw new UnsupportedModelError(
        l10n.t('{0}: storage {1} is larger than its record.', source.name, quoted(storage.key)),
      );
    }
    storage.bytes = record;
  });
  let value: unknown;
  for (const pickle of pickles) {
    value = readPickle(await readWhole(source, pickle), 0, context).value;
  }
  if (pickles.length > 1) {
    throw new UnsupportedModelError(l10n.t('{0} is an archive with more than one data.pkl.', source.name));
  }
  return value;
}

async function requireLittleEndian(source: ByteSource, record: ZipRecord | undefined): Promise<void> {
  const order = record && new TextDecoder().decode(await record.read(0, Math.min(record.size, 16)));
  if (order !== undefined && order !== 'little') {
    throw new UnsupportedModelError(
      l10n.t("{0} was written on a big-endian machine; save it again on one of today's.", source.name),
    );
  }
}

async function readWhole(source: ByteSource, record: ZipRecord): Promise<Uint8Array> {
  if (record.size > MOST_PICKLE_BYTES) {
    throw new UnsupportedModelError(l10n.t('{0}: its data.pkl is larger than that of any GPT-2.', source.name));
  }
  return record.read(0, record.size);
}

/** `torch.serialization.MAGIC_NUMBER`, the start of the legacy format. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/**
 * The legacy format: pickles of magic number, version, system info, the value and the storage keys, then the storages.
 */
async function readLegacy(source: ByteSource): Promise<unknown> {
  const parse = (bytes: Uint8Array) => readLegacyPickles(source, bytes);
  const { value, storages, keys, end } = await parseStart(source, MOST_PICKLE_BYTES, parse);
  await locateStorages(source, storages, keys, end);
  return value;
}

function readLegacyPickles(source: ByteSource, bytes: Uint8Array) {
  const storages = new Map<string, TorchStorage>();
  const context = contextOf(source, storages, () => {});
  let end = 0;
  const next = () => {
    const pickle = readPickle(bytes, end, context);
    end = pickle.end;
    return pickle.value;
  };
  if (next() !== MAGIC_NUMBER || next() !== LEGACY_PROTOCOL) {
    throw new UnsupportedModelError(
      l10n.t('{0} is a pickle, but not one that torch.save wrote; only torch checkpoints are read.', source.name),
    );
  }
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw new UnsupportedModelError(
      l10n.t("{0} was written on a big-endian machine; save it again on one of today's.", source.name),
    );
  }
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) {
    throw new UnsupportedModelError(l10n.t('{0} has no list of its storages.', source.name));
  }
  return { value, storages, keys, end };
}

/** Each storage is its number of elements as an int64, followed by the elements. */
async function locateStorages(
  source: ByteSource,
  storages: ReadonlyMap<string, TorchStorage>,
  keys: readonly unknown[],
  start: number,
): Promise<void> {
  let at = start;
  for (const key of keys) {
    const storage = storages.get(keyText(key));
    if (!storage || storage.bytes) {
      throw new UnsupportedModelError(
        l10n.t('{0}: storage {1} belongs to no tensor.', source.name, quoted(keyText(key))),
      );
    }
    const count = await source.read(at, 8);
    const size = storageByteLength(storage);
    if (new DataView(count.buffer, count.byteOffset, 8).getBigInt64(0, true) !== BigInt(storage.size)) {
      throw new UnsupportedModelError(
        l10n.t('{0}: storage {1} has another size than its tensors say.', source.name, quoted(storage.key)),
      );
    }
    const from = at + 8;
    if (from + size > source.size) {
      throw new UnsupportedModelError(
        l10n.t('{0} is cut short (truncated): it ends inside its weights. Download or copy it again.', source.name),
      );
    }
    storage.bytes = { name: storage.key, size, read: (offset, length) => source.read(from + offset, length) };
    at = from + size;
  }
}

function contextOf(
  source: ByteSource,
  storages: Map<string, TorchStorage>,
  place: (storage: TorchStorage) => void,
): PickleContext {
  return {
    file: source.name,
    global: (module, name) => torchGlobal(source.name, module, name),
    persistent(id) {
      const storage = torchStorage(source.name, id, storages);
      place(storage);
      return storage;
    },
  };
}
