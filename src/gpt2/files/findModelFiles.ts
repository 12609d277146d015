import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { DATA_FILE, MANIFEST } from '../compiledModel';
import { UnsupportedModelError } from '../errors';
import { openFile, quoted, refuseUnreadable } from './byteSource';
import { isFileName } from './fileNames';
import { readJsonFile } from './jsonFile';
import { formatOf, refuseByName, TORCH_NAMES, type WeightFormat } from './weightFormat';

/** Location of a model's files. */
export interface ModelFiles {
  readonly format: WeightFormat;
  /** Absolute path; may also hold the tokenizer's files. */
  readonly folder: string;
  /** Absolute paths of the weights: one file, or the shards in the order of their index. */
  readonly weights: readonly string[];
  /** `config.json`; absent for GGUF files, and for torch checkpoints without one, as nanoGPT's need none. */
  readonly config?: string;
}

/**
 * Finds the model for a path: a folder as written by transformers, its Trainer, nanoGPT or Lightning, a model in the
 * hub's cache, or one of their files. Reads only names and first bytes.
 * @throws UnsupportedModelError saying what was found instead, and how to get a supported format
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
  return complete(folder, names, pathsOf(folder, name));
}

const SINGLE = ['model.safetensors', 'pytorch_model.bin'];
const INDEXES = ['model.safetensors.index.json', 'pytorch_model.bin.index.json'];
/** Files that training programs write beside a model. */
const BESIDE = /^(optimizer|scheduler|scaler|training_args|rng_state|random_states|adapter_model)\b/;

/** The model in a folder, by transformers' order of preference. */
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
  for (const kind of [/\.safetensors$/i, TORCH_NAMES, /\.gguf$/i]) {
    const found = names.filter((name) => kind.test(name) && !BESIDE.test(name));
    const [first] = found;
    const paths = first === undefined ? [] : pathsOf(folder, first);
    if (first !== undefined && found.every((name) => name === first || paths.includes(join(folder, name)))) {
      return complete(folder, names, paths);
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
  if (names.includes(MANIFEST) && names.includes(DATA_FILE)) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} holds a compiled model, which runs as it is: put its path into the setting inkling.model.path, or choose the weights it was made from.',
        folder,
      ),
    );
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
  // A GGUF file contains its own config; one beside it may belong to another model.
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

function isIndex(name: string): boolean {
  return INDEXES.includes(name);
}

/** Whether a shard such as `model-00001-of-00003.safetensors` belongs to `model.safetensors.index.json`. */
function isShardOf(name: string, index: string): boolean {
  const [, stem, extension] = /^(.*)-\d+-of-\d+(\.\w+)$/.exec(name) ?? [];
  return stem !== undefined && index === `${stem}${extension}.index.json`;
}

const MOST_SHARDS = 1000;
const SHARD = /^(.+-)(\d+)-of-(\d+)(\.(?:safetensors|bin))$/;

/**
 * A file of weights, or all shards of the model that it is a shard of by its name: `model-00001-of-00003.safetensors`.
 * Their index may have another name (`model.safetensors.index.fp16.json`) or be left behind.
 */
function pathsOf(folder: string, name: string): string[] {
  const [, stem, number, count, extension] = SHARD.exec(name) ?? [];
  if (stem === undefined || Number(count) > MOST_SHARDS) {
    return [join(folder, name)];
  }
  return Array.from({ length: Number(count) }, (_, i) => {
    const shard = String(i + 1).padStart(number.length, '0');
    return join(folder, `${stem}${shard}-of-${count}${extension}`);
  });
}

/** The files listed in an index. */
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
    // Shards must be beside their index; another path could leave the folder.
    if (typeof name !== 'string' || !isFileName(name) || extname(name) !== extension) {
      const shown = typeof name === 'string' ? quoted(name) : `a ${typeof name}`;
      throw new UnsupportedModelError(
        l10n.t('{0} names a shard outside its folder, or no {1} file: {2}.', index, extension, shown),
      );
    }
    return join(folder, name);
  });
}

/**
 * The snapshot to use in the hub's cache (`models--owner--name/snapshots/COMMIT`; `refs/main` has the branch's commit).
 * An interrupted download leaves a snapshot without weights, so complete ones are preferred.
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

/** The commit in a file of `refs`; empty where there is none. */
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

/** Display name of a model: `owner/name` in the hub's cache, otherwise its folder's or file's name. */
export function nameOfModel(path: string): string {
  const given = resolve(path);
  const cached = /models--([^/\\]+)[/\\]snapshots[/\\]/.exec(`${given}/`) ?? /models--([^/\\]+)$/.exec(given);
  return cached ? cached[1].replace('--', '/') : basename(given);
}
