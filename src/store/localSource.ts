import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { StoreError } from './errors';

/** A folder with `config.json` and safetensors, and the name to list it under. */
export interface LocalSource {
  readonly folder: string;
  readonly name: string;
}

const convert =
  'Convert it where PyTorch and transformers are installed: ' +
  `python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('FOLDER').save_pretrained('NEW', safe_serialization=True)".`;

/** Why a file of this kind is not taken. */
const refusals: readonly { readonly test: RegExp; readonly why: string }[] = [
  {
    test: /\.(bin|pt|pth|ckpt|pkl|pickle)$/i,
    why: `is a pickle file: opening one can run any program hidden in it, so Inkling never does. ${convert}`,
  },
  {
    test: /\.(gguf|ggml)$/i,
    why: 'is a GGUF file, already quantised for llama.cpp. Take the model.safetensors it was made from.',
  },
  { test: /\.(h5|msgpack)$/i, why: `holds TensorFlow or Flax weights. ${convert}` },
  { test: /\.onnx$/i, why: 'is an ONNX graph of another make. Take the model.safetensors it was made from.' },
];

/**
 * Finds the model a user pointed at: a folder, its `config.json` or its weights, or a model of the hub's cache. Nothing
 * is read beyond names and first bytes. Rejects with a `StoreError` that says what is missing and how to get it.
 */
export async function findLocalSource(path: string): Promise<LocalSource> {
  const given = resolve(path);
  const kind = await stat(given).catch(() => undefined);
  if (kind === undefined) {
    throw new StoreError('not-found', `${given} does not exist.`);
  }
  if (kind.isFile()) {
    refuse(basename(given));
    await refuseContent(given);
    if (!/^config\.json$|\.safetensors(\.index\.json)?$/.test(basename(given))) {
      throw new StoreError('unsupported', `${basename(given)} is no model; choose model.safetensors or its folder.`);
    }
    return { folder: dirname(given), name: nameOf(dirname(given)) };
  }
  const folder = await snapshotOf(given);
  await requireFiles(folder);
  return { folder, name: nameOf(folder) };
}

function refuse(file: string): void {
  const refusal = refusals.find(({ test }) => test.test(file));
  if (refusal) {
    throw new StoreError('unsupported', `${file} ${refusal.why}`);
  }
}

/** A file's first bytes tell what it is when its name lies: GGUF, a zip of pickles, a pickle, a git-lfs pointer. */
async function refuseContent(file: string): Promise<void> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(20);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const start = head.subarray(0, bytesRead).toString('latin1');
    const isPickle = head[0] === 0x80 && head[1] >= 2 && head[1] <= 5;
    if (start.startsWith('GGUF')) {
      refuse('model.gguf');
    }
    if (start.startsWith('PK') || isPickle) {
      refuse('pytorch_model.bin');
    }
    if (start.startsWith('version https://git-')) {
      throw new StoreError(
        'unsupported',
        `${basename(file)} is only a pointer to the weights. Run "git lfs pull" in its folder.`,
      );
    }
  } finally {
    await handle.close();
  }
}

/** The hub's cache keeps `models--owner--name/snapshots/COMMIT`, with the branch's commit in `refs/main`. */
async function snapshotOf(folder: string): Promise<string> {
  const snapshots = await readdir(join(folder, 'snapshots')).catch(() => undefined);
  if (snapshots === undefined || snapshots.length === 0) {
    return folder;
  }
  const main = (await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '')).trim();
  return join(folder, 'snapshots', snapshots.includes(main) ? main : snapshots[0]);
}

async function requireFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  const weights = names.filter((name) => /\.safetensors$/.test(name));
  if (!weights.some((name) => name === 'model.safetensors') && !names.includes('model.safetensors.index.json')) {
    for (const name of names) {
      refuse(name);
    }
    throw new StoreError('not-found', `${folder} has no model.safetensors.`);
  }
  if (!names.includes('config.json')) {
    throw new StoreError('not-found', `${folder} has no config.json, which says how the model is built.`);
  }
  for (const name of weights) {
    await refuseContent(join(folder, name));
  }
}

/** `owner/name` for the hub's cache, else the folder's own name. */
function nameOf(folder: string): string {
  const cached = /models--([^/\\]+)[/\\]snapshots[/\\]/.exec(`${folder}/`);
  return cached ? cached[1].replace('--', '/') : basename(folder, extname(folder) === '.git' ? '.git' : '');
}
