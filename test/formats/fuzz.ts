import { UnsupportedModelError } from '../../src/gpt2/errors';
import { type ByteSource, bufferSource } from '../../src/gpt2/files/byteSource';
import { readGguf } from '../../src/gpt2/files/gguf';
import { readSafetensors, writeSafetensors } from '../../src/gpt2/files/safetensors';
import { findStateDict } from '../../src/gpt2/files/stateDict';
import { type Tensor, valuesOf } from '../../src/gpt2/files/tensor';
import { readTorchCheckpoint } from '../../src/gpt2/files/torchCheckpoint';
import { smallGguf } from '../support/ggufFile';
import { random } from '../support/randomModel';
import { bytesOf, pickleOf, storage, tensor, text, torchArchive, torchLegacy } from '../support/torchFile';

/** What came of files that were damaged at random. */
export interface FuzzCount {
  /** Read in spite of the damage. */
  readonly read: number;
  /** Refused by name. */
  readonly refused: number;
}

/** Reads what a file's table of contents says, and a few small tensors. */
type Read = (source: ByteSource) => Promise<void>;

/** A kind of file, and how one is made of damaged parts. */
interface Target {
  readonly parts: readonly Uint8Array[];
  readonly make: (part: Uint8Array) => Uint8Array;
  readonly read: Read;
}

const NAME = 'file';
/** Bytes that a damaged file may have read for each of its own. */
const MOST_READ = 8;
/** Tensors larger than this are not read: a damaged shape may be large and yet right. */
const MOST_VALUES = 10_000;

const PICKLES: readonly Uint8Array[] = [
  pickleOf(
    '}q\0(',
    text('h.0.ln_1.weight'),
    'q\x01',
    tensor('0', 24, 2, [2, 3], [3, 1]),
    text('wpe.weight'),
    tensor('1', 6, 0, [6], [1]),
    'u',
  ),
  pickleOf(
    '}',
    text('model'),
    '}',
    text('a'),
    tensor('0', 24, 0, [4, 6], [1, 4]),
    'ss',
    text('lr'),
    'G\x3f\xf0\0\0\0\0\0\0s',
  ),
  pickleOf(
    'ccollections\nOrderedDict\n)R}',
    text('_metadata'),
    ']K\x01as',
    'b',
    text('x'),
    "(I01\nL12L\nF1.5\nS'y'\nV\xc3\xa4\n\x8a\x02\xff\x7ftl",
    's',
  ),
  bytesOf(
    '\x80\x04\x95\x30\0\0\0\0\0\0\0}\x94(\x8c\x01a\x94\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94\x8c\x01b\x94h\x01K\x07\x85\x94u.',
  ),
  pickleOf('(', storage('0', 24), storage('1', 6), 'cposix\nsystem\n', text('touch x'), '\x85Rt'),
];
const [WITHIN, FROM_TYPE] = ['ctorch._utils\n_rebuild_parameter\n(', 'ctorch._tensor\n_rebuild_from_type_v2\n('];
/** What torch and programs put around tensors and beside them. */
const WRAPPED = pickleOf(
  'ccollections\nOrderedDict\n(((',
  text('h.0.ln_1.bias'),
  bytesOf(WITHIN, tensor('0', 24, 0, [4], [1]), '\x88ccollections\nOrderedDict\n)RtR'),
  'l(',
  text('wpe.weight'),
  bytesOf(FROM_TYPE, 'ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n('),
  bytesOf(storage('1', 6), 'K\0K\x06\x85K\x01\x85\x89Nt}tR'),
  'lltR',
  text('args'),
  'cargparse\nNamespace\n)\x81}',
  text('lr'),
  'cnumpy\ndtype\n',
  text('f8'),
  '\x85Rsbs',
);
const STORAGES = { 0: new Uint8Array(96), 1: new Uint8Array(24) };

async function readTorch(source: ByteSource): Promise<void> {
  await readSome(findStateDict(source.name, await readTorchCheckpoint(source)).tensors);
}

async function readSome(tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  for (const tensor of tensors.values()) {
    if (tensor.format && tensor.shape.reduce((a, b) => a * b, 1) <= MOST_VALUES) {
      await valuesOf(tensor);
    }
  }
}

const legacy = (pickle: Uint8Array) => torchLegacy(pickle, { 0: new Float32Array(24), 1: new Float32Array(6) });
const SEEDS = [...PICKLES, WRAPPED];
const TARGETS: readonly Target[] = [
  // A damaged pickle in a sound file, which its checksum would hide otherwise, and a damaged file.
  { parts: SEEDS, make: (pickle) => torchArchive(pickle, STORAGES), read: readTorch },
  { parts: SEEDS, make: legacy, read: readTorch },
  { parts: SEEDS.map((pickle) => torchArchive(pickle, STORAGES)), make: (file) => file, read: readTorch },
  { parts: SEEDS.map(legacy), make: (file) => file, read: readTorch },
  { parts: [smallGguf()], make: (file) => file, read: async (source) => readSome((await readGguf(source)).tensors) },
  {
    parts: [writeSafetensors(['a', 'b'].map((name) => ({ name, shape: [2, 3], data: new Float32Array(6) })))],
    make: (file) => file,
    read: async (source) => readSome(await readSafetensors(source)),
  },
];

/**
 * Damages files of each kind at random and reads them.
 * @throws Error when one is neither read nor refused by name, or costs more reading than its size explains
 */
export async function fuzz(count: number, seed: number): Promise<FuzzCount> {
  const next = random(seed);
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const target = TARGETS[i % TARGETS.length];
    const file = target.make(damaged(pick(target.parts, next), next));
    const source = counting(file);
    try {
      await target.read(source);
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) {
        const shown = Buffer.from(file).toString('base64');
        throw new Error(`File ${i} of seed ${seed} was neither read nor refused: ${shown}`, { cause: error });
      }
      refused++;
    }
    if (source.asked() > MOST_READ * file.length + 100_000) {
      throw new Error(`File ${i} of seed ${seed} has ${file.length} bytes, and ${source.asked()} were read.`);
    }
  }
  return { read: count - refused, refused };
}

function counting(bytes: Uint8Array): ByteSource & { asked(): number } {
  const source = bufferSource(NAME, bytes);
  let asked = 0;
  return {
    ...source,
    asked: () => asked,
    read(offset, length) {
      asked += length;
      return source.read(offset, length);
    },
  };
}

/** One to four changes: a byte, a number of four bytes, a stretch cut out, doubled or moved, the end cut off. */
function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  let result = Buffer.from(bytes);
  const changes = 1 + Math.floor(next() * 4);
  for (let i = 0; i < changes && result.length > 0; i++) {
    const at = Math.floor(next() * result.length);
    const length = Math.min(result.length - at, 1 + Math.floor(next() * 16));
    const stretch = result.subarray(at, at + length);
    switch (Math.floor(next() * 7)) {
      case 0:
        result[at] = Math.floor(next() * 256);
        break;
      case 1:
        result[at] ^= 1 << Math.floor(next() * 8);
        break;
      case 2:
        result.fill(pick([0, 0x7f, 0x80, 0xff], next), at, Math.min(at + 4, result.length));
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 4:
        result = Buffer.concat([result.subarray(0, at), stretch, result.subarray(at)]);
        break;
      case 5:
        stretch.copy(result, Math.floor(next() * (result.length - length + 1)));
        break;
      default:
        result = result.subarray(0, at);
    }
  }
  return result;
}

function pick<T>(values: readonly T[], next: () => number): T {
  return values[Math.floor(next() * values.length)];
}
