import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';
import { openFile, quoted, whyUnreadable } from './byteSource';
import { isFileName } from './fileNames';

/** Where a model lies. */
export interface ModelFiles {
  readonly format: 'safetensors' | 'torch' | 'gguf';
  /** Absolute; it may hold a tokenizer's files too. */
  readonly folder: string;
  /** Weights, absolute: one file, or shards in the order of their index. */
  readonly weights: readonly string[];
  /** `config.json`, but for a GGUF file's; nanoGPT's checkpoint needs none either. */
  readonly config?: string;
}

/**
 * Finds the model that a path means: a folder as transformers, its Trainer, nanoGPT or Lightning leave it, a model in
 * the hub's cache, or one of their files. Nothing is read beyond names and first bytes.
 * @throws UnsupportedModelError saying what is there instead, and how to get what Inkling reads
 */
export async function findModelFiles(path: string): Promise<ModelFiles> {
  const given = resolve(path);
  const kind = await stat(given).catch((error) => refuseUnreadable(given, error));
  if (kind.isDirectory()) {
    const folder = await snapshotOf(given);
    return inFolder(folder, await namesIn(folder));
  }
  if (!kind.isFile()) {
    throw new UnsupportedModelError(l10n.t('{0} is neither a file nor a folder.', given));
  }
  const [folder, name] = [dirname(given), basename(given)];
  const names = await namesIn(folder);
  if (name === 'config.json') {
    return inFolder(folder, names);
  }
  const index = names.find((each) => isIndex(each) && (each === name || isShardOf(name, each)));
  if (index !== undefined) {
    return complete(folder, names, await shardsOf(folder, index));
  }
  refuseByName(name);
  return complete(folder, names, [given]);
}

const SINGLE = ['model.safetensors', 'pytorch_model.bin'];
const INDEXES = ['model.safetensors.index.json', 'pytorch_model.bin.index.json'];
const TORCH = /\.(bin|pt|pth|ckpt)$/i;
/** What training programs leave beside a model. */
const BESIDE = /^(optimizer|scheduler|scaler|training_args|rng_state|random_states|adapter_model)\b/;

/** The model of a folder, in the order in which transformers looks for it. */
async function inFolder(folder: string, names: readonly string[]): Promise<ModelFiles> {
  for (const [single, index] of SINGLE.map((name, i) => [name, INDEXES[i]])) {
    if (names.includes(single)) {
      return complete(folder, names, [join(folder, single)]);
    }
    if (names.includes(index)) {
      return complete(folder, names, await shardsOf(folder, index));
    }
  }
  const adapter = names.find((name) => /^adapter_(config\.json|model\..*)$/.test(name));
  if (adapter !== undefined) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} holds a LoRA adapter ({1}), which only changes another model. Merge the two where PEFT is installed (model.merge_and_unload().save_pretrained("NEW")) and choose the result.',
        folder,
        adapter,
      ),
    );
  }
  for (const kind of [/\.safetensors$/i, TORCH, /\.gguf$/i]) {
    const found = names.filter((name) => kind.test(name) && !BESIDE.test(name));
    if (found.length === 1) {
      return complete(folder, names, [join(folder, found[0])]);
    }
    if (found.length > 1) {
      throw new UnsupportedModelError(
        l10n.t(
          '{0} has more than one file of weights ({1}). Choose one of them.',
          folder,
          found.slice(0, 5).map(quoted).join(', '),
        ),
      );
    }
  }
  for (const name of names) {
    refuseByName(name);
  }
  throw new UnsupportedModelError(
    l10n.t('{0} has no weights: no model.safetensors, no pytorch_model.bin and no .gguf file.', folder),
  );
}

async function complete(folder: string, names: readonly string[], weights: readonly string[]): Promise<ModelFiles> {
  const formats = await Promise.all(weights.map(formatOf));
  if (formats.some((format) => format !== formats[0])) {
    throw new UnsupportedModelError(l10n.t('The shards of the model in {0} are of different formats.', folder));
  }
  // A GGUF file holds all that its model needs: a config beside it may be another model's.
  if (names.includes('config.json') && formats[0] !== 'gguf') {
    return { format: formats[0], folder, weights, config: join(folder, 'config.json') };
  }
  if (formats[0] === 'safetensors') {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} has no config.json, which says how the model is built. Put the one it was trained with beside it.',
        folder,
      ),
    );
  }
  return { format: formats[0], folder, weights };
}

const CONVERSION = `python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('FOLDER').save_pretrained('NEW')"`;

function toConvert(name: string, what: string): string {
  return l10n.t(
    '{0} holds weights for {1}. Convert it where PyTorch and transformers are installed: {2}.',
    name,
    what,
    CONVERSION,
  );
}

function toReplace(name: string, what: string): string {
  return l10n.t('{0} is made for {1}. Take the model.safetensors it was made from.', name, what);
}

/** Why a file of this kind is not taken. */
const REFUSALS: readonly (readonly [test: RegExp, why: (name: string) => string])[] = [
  [/\.h5$|\.(ckpt\.)?(index|meta|data-\d+-of-\d+|pb)$/i, (name) => toConvert(name, 'TensorFlow')],
  [/\.msgpack$/i, (name) => toConvert(name, 'Flax')],
  [/\.np[yz]$/i, (name) => toConvert(name, 'NumPy')],
  [/\.onnx$/i, (name) => toReplace(name, 'ONNX Runtime')],
  [/\.ggml$/i, (name) => toReplace(name, 'GGML')],
  [/\.ot$/i, (name) => toReplace(name, 'rust-bert')],
  [/\.(mlmodel|mlpackage|tflite)$/i, (name) => toReplace(name, 'Core ML, LiteRT')],
];

function refuseByName(name: string): void {
  const [, why] = REFUSALS.find(([test]) => test.test(name)) ?? [];
  if (why) {
    throw new UnsupportedModelError(why(quoted(name)));
  }
}

/** What a file is, by its first bytes; its name has to go with them. */
async function formatOf(path: string): Promise<ModelFiles['format']> {
  const file = await openFile(path);
  try {
    const head = Buffer.from(await file.read(0, Math.min(HEAD_BYTES, file.size)));
    return formatOfBytes(file.name, head);
  } finally {
    await file.close();
  }
}

const HEAD_BYTES = 64;

function formatOfBytes(name: string, head: Buffer): ModelFiles['format'] {
  const start = head.toString('latin1');
  const isNamedSafetensors = /\.safetensors$/i.test(name);
  if (head.length === 0) {
    throw new UnsupportedModelError(l10n.t('{0} is empty. Download or copy it again.', name));
  }
  if (start.startsWith('version https://git-')) {
    throw new UnsupportedModelError(
      l10n.t('{0} is only a Git LFS pointer to the weights. Run "git lfs pull" in its folder.', name),
    );
  }
  if (start.startsWith('\x89HDF')) {
    throw new UnsupportedModelError(toConvert(name, 'TensorFlow'));
  }
  if (start.startsWith('GGUF')) {
    return 'gguf';
  }
  // A safetensors file begins with the length of its header, which may be any number, so the header itself tells.
  if (head[8] === BRACE && head.subarray(5, 8).every((byte) => byte === 0)) {
    if (!isNamedSafetensors) {
      throw new UnsupportedModelError(
        l10n.t('{0} is a safetensors file under another name; call it model.safetensors.', name),
      );
    }
    return 'safetensors';
  }
  const isTorch = start.startsWith('PK') || (head[0] === 0x80 && head[1] <= 5);
  if (isNamedSafetensors && isTorch) {
    throw new UnsupportedModelError(l10n.t('{0} is a torch checkpoint (a pickle); call it pytorch_model.bin.', name));
  }
  if (!isNamedSafetensors && (isTorch || TORCH.test(name))) {
    return 'torch';
  }
  if (isNamedSafetensors) {
    return 'safetensors';
  }
  throw new UnsupportedModelError(
    l10n.t(
      '{0} is no model; choose model.safetensors, pytorch_model.bin, a .gguf file, or their folder.',
      quoted(name),
    ),
  );
}

const BRACE = 0x7b;

function isIndex(name: string): boolean {
  return INDEXES.includes(name);
}

/** `model-00001-of-00003.safetensors` belongs to `model.safetensors.index.json`. */
function isShardOf(name: string, index: string): boolean {
  const [, stem, extension] = /^(.*)-\d+-of-\d+(\.\w+)$/.exec(name) ?? [];
  return stem !== undefined && index === `${stem}${extension}.index.json`;
}

const MOST_SHARDS = 1000;

/** The files that an index names. */
export async function shardsOf(folder: string, index: string): Promise<string[]> {
  const json = await readJsonFile(join(folder, index));
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null) {
    throw new UnsupportedModelError(l10n.t('{0} has no weight_map.', index));
  }
  const names = [...new Set(Object.values(map as Record<string, unknown>))];
  if (names.length === 0 || names.length > MOST_SHARDS) {
    throw new UnsupportedModelError(l10n.t('{0} names {1} files of weights.', index, names.length));
  }
  const extension = index.endsWith('.safetensors.index.json') ? '.safetensors' : '.bin';
  return names.map((name) => {
    // A shard lies beside its index; anything else would be a path out of the folder.
    if (typeof name !== 'string' || !isFileName(name) || extname(name) !== extension) {
      const shown = typeof name === 'string' ? quoted(name) : `a ${typeof name}`;
      throw new UnsupportedModelError(
        l10n.t('{0} names a shard outside its folder, or no {1} file: {2}.', index, extension, shown),
      );
    }
    return join(folder, name);
  });
}

/** Configs and indexes are some kilobytes; the index of a large sharded model is below a megabyte. */
const MOST_JSON_BYTES = 16 * 2 ** 20;
/** What is nested deeper cannot be written again: JSON.stringify and others go down by calls. */
const DEEPEST_JSON = 100;

/**
 * Reads a JSON file of a model.
 * @throws UnsupportedModelError when it cannot be read, is far too large, nested beyond any use or no JSON
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const file = await openFile(path);
  try {
    if (file.size > MOST_JSON_BYTES) {
      throw new UnsupportedModelError(
        l10n.t('{0} is too large ({1} MB) to be what its name says.', path, Math.round(file.size / 1e6)),
      );
    }
    const value = JSON.parse(new TextDecoder().decode(await file.read(0, file.size)));
    if (!isWithin(value, DEEPEST_JSON)) {
      throw new SyntaxError('nested too deeply');
    }
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UnsupportedModelError(l10n.t('{0} is not valid JSON.', path), { cause: error });
    }
    throw error;
  } finally {
    await file.close();
  }
}

/** Whether a value of JSON is nested no deeper than this. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return depth > 0 && Object.values(value).every((each) => isWithin(each, depth - 1));
}

/**
 * The hub's cache keeps `models--owner--name/snapshots/COMMIT`, with the branch's commit in `refs/main`. A download that
 * broke off leaves a snapshot without weights there, so a complete one is preferred.
 */
async function snapshotOf(folder: string): Promise<string> {
  const snapshots = await readdir(join(folder, 'snapshots')).catch(() => []);
  if (snapshots.length === 0) {
    return folder;
  }
  const main = await commitOf(join(folder, 'refs', 'main'));
  const inOrder = [...snapshots.filter((name) => name === main), ...snapshots.filter((name) => name !== main).sort()];
  const folders = inOrder.map((name) => join(folder, 'snapshots', name));
  for (const each of folders) {
    const found = await inFolder(each, await namesIn(each)).catch(() => undefined);
    if (found?.config !== undefined) {
      return each;
    }
  }
  return folders[0];
}

const MOST_REF_BYTES = 1000;

/** The commit that a file of `refs` names; empty where there is none. */
async function commitOf(ref: string): Promise<string> {
  const file = await openFile(ref).catch(() => undefined);
  try {
    const bytes = await file?.read(0, Math.min(file.size, MOST_REF_BYTES));
    return new TextDecoder().decode(bytes).trim();
  } finally {
    await file?.close();
  }
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error) => refuseUnreadable(folder, error));
}

async function refuseUnreadable(path: string, cause: NodeJS.ErrnoException): Promise<never> {
  throw new UnsupportedModelError(l10n.t('{0} cannot be read: {1}.', path, await whyUnreadable(path, cause)), {
    cause,
  });
}

/** What to call a model: `owner/name` in the hub's cache, else its folder's name, or its file's. */
export function nameOfModel(path: string): string {
  const given = resolve(path);
  const cached = /models--([^/\\]+)[/\\]snapshots[/\\]/.exec(`${given}/`) ?? /models--([^/\\]+)$/.exec(given);
  return cached ? cached[1].replace('--', '/') : basename(given);
}
