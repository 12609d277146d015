import { createHash } from 'node:crypto';
import { lstat, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Calibration } from '../core/ghostText/calibration';
import { TOKENIZER_FILES, type TokenizerSource } from '../core/tokenizer';
import { BUILDER_VERSION, compile, DATA_FILE } from './compile';
import type { Gpt2Config } from './config';
import { DamagedModelError, UnsupportedModelError, writeTrouble } from './errors';
import { describeContent, type FileRecord, findChanged } from './fileRecords';
import { isFileName } from './files/fileNames';
import { readJsonFile } from './files/jsonFile';
import { type OpenModel, openModel } from './files/openModel';
import { readTokenizerFiles } from './files/tokenizerFiles';
import { PRECISIONS, type Precision } from './quantise';
import { EMBEDDING_GRAPH, READING_GRAPH } from './readingGraph';
import { sampleTokens } from './sampleRun';
import { makeStagingFolder } from './staging';
import type { CompileOptions } from './storedWeights';
import { headDiffers } from './weights';

/** Contents of `manifest.json` in a compiled model's folder. */
export interface Manifest {
  readonly name: string;
  readonly precision: Precision;
  readonly builderVersion: number;
  readonly config: Gpt2Config;
  /** The end-of-text token, if the model's config names one. */
  readonly endOfText?: number;
  /** Notes for the user on how the files were read, in whole sentences. */
  readonly notes?: readonly string[];
  /** The model's files other than the manifest. */
  readonly files: readonly FileRecord[];
  /** Calibration of the ghost text gate, measured during installation; see `storedCalibration`. */
  readonly calibration?: Calibration;
  /** Origin of an installed model; absent for models that were only compiled. */
  readonly origin?: Origin;
}

export interface Origin {
  /** `owner/name` on the hub, or the name of the imported folder. */
  readonly id: string;
  readonly kind: 'hub' | 'local';
  /** The hub's commit, or the imported folder's path. */
  readonly revision: string;
  readonly sources: readonly FileRecord[];
  /** ISO 8601. The latest of several copies is used. */
  readonly installedAt: string;
}

export const MANIFEST = 'manifest.json';

/** Files that a compiled model's folder may contain: the compiler's output, a tokenizer, and accompanying texts. */
const OWN_FILES = /^(manifest\.json|(model|inspect|embed|read|head)\.onnx|model\.onnx\.data|[^/]+\.md)$/;

const isOwn = (name: string): boolean =>
  isFileName(name) && (OWN_FILES.test(name) || TOKENIZER_FILES.some((file) => file === name));

/**
 * Compiles the model at `from`, a folder or a file, into the folder `to`, which is complete or absent at every moment.
 * Replaces nothing but a compiled model.
 * @throws UnsupportedModelError when `from` is no GPT-2, or `to` has other content; an AbortError when the signal fires
 */
export async function compileModel(
  from: string,
  to: string,
  precision: Precision,
  options: CompileOptions = {},
): Promise<Manifest> {
  await requireReplaceable(to);
  const model = await openModel(from);
  let staging: string | undefined;
  try {
    staging = await makeStagingFolder(dirname(to));
    const { config, notes } = await settleHead(model);
    const { name, endOfText, tokenizer = {} } = model;
    const files: FileRecord[] = [];
    const data = await open(join(staging, DATA_FILE), 'w');
    try {
      // Hash the intended content, so that a faulty write is detected.
      const hash = createHash('sha256');
      let bytes = 0;
      const write = async (part: Uint8Array) => {
        hash.update(part);
        bytes += part.length;
        await data.writeFile(part);
      };
      const sample = sampleTokens({ files: model.tokenizer, rows: config.vocab_size, endOfText }, config);
      const graphs = await compile(model.weights, config, precision, { write }, { ...options, sample });
      files.push({ name: DATA_FILE, bytes, sha256: hash.digest('hex') });
      const others = {
        'model.onnx': graphs.model,
        'inspect.onnx': graphs.inspect,
        'head.onnx': graphs.head,
        ...(graphs.reading && { [EMBEDDING_GRAPH]: graphs.reading.embed, [READING_GRAPH]: graphs.reading.read }),
        ...tokenizer,
      };
      for (const [file, content] of Object.entries(others)) {
        await writeFile(join(staging, file), content);
        files.push(describeContent(file, content));
      }
      await data.sync();
    } finally {
      await data.close();
    }
    const manifest: Manifest = {
      name,
      precision,
      builderVersion: BUILDER_VERSION,
      config,
      ...(endOfText !== undefined && { endOfText }),
      ...(notes.length > 0 && { notes }),
      files,
    };
    await writeFile(join(staging, MANIFEST), JSON.stringify(sealed(manifest), null, 1));
    options.signal?.throwIfAborted();
    // Something may have appeared there during the minutes of compiling.
    await requireReplaceable(to);
    await rm(to, { recursive: true, force: true });
    await rename(staging, to);
    return manifest;
  } catch (error) {
    if (staging !== undefined) {
      await rm(staging, { recursive: true, force: true });
    }
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== undefined && syscall !== undefined && syscall !== 'read') {
      throw new UnsupportedModelError(writeTrouble(dirname(to), code), { cause: error });
    }
    throw error;
  } finally {
    await model.close();
  }
}

/**
 * Removes the reading graph from a compiled model, and records the reason in the manifest.
 * @returns the new manifest; `undefined` where the model has no reading graph
 */
export async function removeReadingGraph(
  folder: string,
  manifest: Manifest,
  note: string,
): Promise<Manifest | undefined> {
  const isPartOfIt = ({ name }: FileRecord) => name === READING_GRAPH || name === EMBEDDING_GRAPH;
  if (!manifest.files.some(isPartOfIt)) {
    return undefined;
  }
  const files = manifest.files.filter((file) => !isPartOfIt(file));
  const changed = { ...manifest, notes: [...(manifest.notes ?? []), note], files };
  await writeFile(join(folder, MANIFEST), JSON.stringify(sealed(changed), null, 1));
  await rm(join(folder, READING_GRAPH));
  await rm(join(folder, EMBEDDING_GRAPH));
  return changed;
}

/** If a file's head differs from the embedding it should be tied to, the head is used, whatever the config says. */
async function settleHead({ weights, config, notes }: OpenModel): Promise<Pick<OpenModel, 'config' | 'notes'>> {
  if (!(await headDiffers(weights, config))) {
    return { config, notes };
  }
  const note = l10n.t(
    'lm_head.weight differs from the embedding, although config.json says they are one (tie_word_embeddings); the head is used.',
  );
  return { config: { ...config, tie_word_embeddings: false }, notes: [...notes, note] };
}

/** @throws UnsupportedModelError unless the folder is absent, empty, or holds a compiled model only */
export async function requireReplaceable(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw new UnsupportedModelError(l10n.t('{0} cannot be made into a compiled model: {1}.', folder, error.message), {
      cause: error,
    });
  });
  const isLink = (await lstat(folder).catch(() => undefined))?.isSymbolicLink();
  const other = names.find((name) => !isOwn(name));
  if (isLink || other !== undefined || (names.length > 0 && !(await isOwnManifest(folder)))) {
    throw new UnsupportedModelError(
      l10n.t(
        '{0} holds something else than a compiled model{1}; name a new folder.',
        folder,
        other === undefined ? '' : ` (${other})`,
      ),
    );
  }
}

/** Whether a version of Inkling wrote the manifest. */
export async function isOwnManifest(folder: string): Promise<boolean> {
  const manifest = await readAnyManifest(folder);
  return (
    typeof manifest?.builderVersion === 'number' &&
    PRECISIONS.includes(manifest.precision) &&
    typeof manifest.config?.n_embd === 'number'
  );
}

/** The source of a compiled model's tokenizer. */
export async function readTokenizerSource(folder: string, { config, endOfText }: Manifest): Promise<TokenizerSource> {
  return { files: await readTokenizerFiles(folder), rows: config.vocab_size, endOfText };
}

/** Adds the SHA-256 of the manifest to itself, for writing. */
export function sealed<M extends Manifest>(manifest: M): M & { readonly seal: string } {
  return { ...manifest, seal: sealOf(manifest) };
}

function sealOf(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

/**
 * Reads the manifest of a compiled model; `undefined` where it is absent, from another builder version, or changed
 * since.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const found = await readAnyManifest(folder);
  if (found?.builderVersion !== BUILDER_VERSION) {
    return undefined;
  }
  const { seal, ...manifest } = found as Manifest & { readonly seal?: unknown };
  return seal === sealOf(manifest) ? manifest : undefined;
}

/**
 * Verifies the hash of each file of a compiled model.
 * @throws DamagedModelError
 */
export async function requireUndamaged(folder: string, { name, files }: Manifest): Promise<void> {
  const changed = await findDamage(folder, files);
  if (changed !== undefined) {
    throw new DamagedModelError(
      l10n.t('{0} is damaged: {1} is not what was written. Install the model again.', name, join(folder, changed)),
    );
  }
}

/** The first file of a compiled model whose content changed. */
export async function findDamage(folder: string, files: readonly FileRecord[]): Promise<string | undefined> {
  return files.find(({ name }) => !isOwn(name))?.name ?? findChanged(folder, files);
}

/** The manifest of an installed model from another builder version, which must be compiled again. */
export async function readOutdatedManifest(folder: string): Promise<Manifest | undefined> {
  const manifest = await readAnyManifest(folder);
  return manifest?.origin && manifest.builderVersion !== BUILDER_VERSION ? manifest : undefined;
}

async function readAnyManifest(folder: string): Promise<Manifest | undefined> {
  const manifest = await readJsonFile(join(folder, MANIFEST)).catch(() => undefined);
  return typeof manifest === 'object' && manifest !== null ? (manifest as Manifest) : undefined;
}
