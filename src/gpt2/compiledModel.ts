import { lstat, mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TOKENIZER_FILES, type TokenizerSource } from '../core/tokenizer';
import { BUILDER_VERSION, compile, DATA_FILE } from './compile';
import type { Gpt2Config } from './config';
import { UnsupportedModelError } from './errors';
import { readJsonFile } from './files/findModelFiles';
import { type OpenModel, openModel } from './files/openModel';
import { readTokenizerFiles } from './files/tokenizerFiles';
import { PRECISIONS, type Precision } from './precision';
import type { CompileOptions } from './storedWeights';
import { headDiffers } from './weights';

/** What a compiled model's folder says of itself, in `manifest.json`. */
export interface Manifest {
  readonly name: string;
  readonly precision: Precision;
  readonly builderVersion: number;
  readonly config: Gpt2Config;
  /** The token that ends a text, where the model's config names one. */
  readonly endOfText?: number;
  /** What a user should know of how its files were read, in whole sentences. */
  readonly notes?: readonly string[];
  /** Where an installed model came from; absent from a model that was only compiled. */
  readonly origin?: Origin;
}

/** A file a model was made from, or consists of. */
export interface FileRecord {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Origin {
  /** `owner/name` on the hub, or the name of the folder it was imported from. */
  readonly id: string;
  readonly kind: 'hub' | 'local';
  /** The hub's commit, or the folder. */
  readonly revision: string;
  readonly sources: readonly FileRecord[];
  readonly files: readonly FileRecord[];
  /** ISO 8601. Of two copies of a model the later counts. */
  readonly installedAt: string;
}

export const MANIFEST = 'manifest.json';

/** What a compiled model's folder may hold: what is written here, its tokenizer, and texts that go with it. */
const OWN_FILES = /^(manifest\.json|(model|inspect|head)\.onnx|model\.onnx\.data|[^/]+\.md)$/;

const isOwn = (name: string): boolean => OWN_FILES.test(name) || TOKENIZER_FILES.some((file) => file === name);

/**
 * Compiles the model at `from`, a folder or a file, into the folder `to`. The folder is complete or absent: the work is
 * done beside it and renamed, and only a compiled model gives way.
 * @throws UnsupportedModelError when `from` is no GPT-2, or `to` holds anything else; an AbortError when the signal fires
 */
export async function compileModel(
  from: string,
  to: string,
  precision: Precision,
  options: CompileOptions = {},
): Promise<Manifest> {
  await requireReplaceable(to);
  const model = await openModel(from);
  await mkdir(dirname(to), { recursive: true });
  const staging = await mkdtemp(join(dirname(to), '.staging-'));
  try {
    const { config, notes } = await settleHead(model);
    const { name, endOfText, tokenizer = {} } = model;
    const manifest: Manifest = {
      name,
      precision,
      builderVersion: BUILDER_VERSION,
      config,
      ...(endOfText !== undefined && { endOfText }),
      ...(notes.length > 0 && { notes }),
    };
    const data = await open(join(staging, DATA_FILE), 'w');
    try {
      const sink = { write: async (bytes: Uint8Array) => void (await data.writeFile(bytes)) };
      const graphs = await compile(model.weights, config, precision, sink, options);
      await writeFile(join(staging, 'model.onnx'), graphs.model);
      await writeFile(join(staging, 'inspect.onnx'), graphs.inspect);
      await writeFile(join(staging, 'head.onnx'), graphs.head);
      await data.sync();
    } finally {
      await data.close();
    }
    for (const [file, content] of Object.entries(tokenizer)) {
      await writeFile(join(staging, file), content);
    }
    await writeFile(join(staging, MANIFEST), JSON.stringify(manifest, null, 1));
    options.signal?.throwIfAborted();
    // Compiling takes minutes, in which something else may have come to lie there.
    await requireReplaceable(to);
    await rm(to, { recursive: true, force: true });
    await rename(staging, to);
    return manifest;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  } finally {
    await model.close();
  }
}

/** A file whose head differs from the embedding it should be is run with the head, whatever its config says. */
async function settleHead({ weights, config, notes }: OpenModel): Promise<Pick<OpenModel, 'config' | 'notes'>> {
  if (!(await headDiffers(weights, config))) {
    return { config, notes };
  }
  const note =
    'lm_head.weight differs from the embedding, although config.json says they are one (tie_word_embeddings); the head is used.';
  return { config: { ...config, tie_word_embeddings: false }, notes: [...notes, note] };
}

/** @throws UnsupportedModelError when a folder is neither empty nor a compiled model and nothing else */
export async function requireReplaceable(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw new UnsupportedModelError(`${folder} cannot be made into a compiled model: ${error.message}.`, {
      cause: error,
    });
  });
  const isLink = (await lstat(folder).catch(() => undefined))?.isSymbolicLink();
  const other = names.find((name) => !isOwn(name));
  if (isLink || other !== undefined || (names.length > 0 && !(await isOwnManifest(folder)))) {
    throw new UnsupportedModelError(
      `${folder} holds something else than a compiled model${other === undefined ? '' : ` (${other})`}; name a new folder.`,
    );
  }
}

/** Whether the manifest is one that some version of Inkling wrote. */
async function isOwnManifest(folder: string): Promise<boolean> {
  const manifest = await readAnyManifest(folder);
  return (
    typeof manifest?.builderVersion === 'number' &&
    PRECISIONS.includes(manifest.precision) &&
    typeof manifest.config?.n_embd === 'number'
  );
}

/** What the tokenizer of a compiled model is made from. */
export async function readTokenizerSource(folder: string, { config, endOfText }: Manifest): Promise<TokenizerSource> {
  return { files: await readTokenizerFiles(folder), rows: config.vocab_size, endOfText };
}

/** Reads a compiled model's manifest; `undefined` where there is none, or none that this builder has written. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const manifest = await readAnyManifest(folder);
  return manifest?.builderVersion === BUILDER_VERSION ? manifest : undefined;
}

/** The manifest of a model that was installed and that an earlier or later builder compiled: it has to be made again. */
export async function readOutdatedManifest(folder: string): Promise<Manifest | undefined> {
  const manifest = await readAnyManifest(folder);
  return manifest?.origin && manifest.builderVersion !== BUILDER_VERSION ? manifest : undefined;
}

async function readAnyManifest(folder: string): Promise<Manifest | undefined> {
  const manifest = await readJsonFile(join(folder, MANIFEST)).catch(() => undefined);
  return typeof manifest === 'object' && manifest !== null ? (manifest as Manifest) : undefined;
}
