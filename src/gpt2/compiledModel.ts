import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { Calibration } from '../core/ghostText/calibration';
import { TOKENIZER_FILES, type TokenizerSource } from '../core/tokenizer';
import type { Gpt2Config } from './config';
import { DamagedModelError } from './errors';
import { type FileRecord, findChanged } from './fileRecords';
import { isFileName } from './files/fileNames';
import { readJsonFile } from './files/jsonFile';
import { readTokenizerFiles } from './files/tokenizerFiles';
import { PRECISIONS, type Precision } from './quantise';

/** Incremented with each change of the output format; models of other versions are compiled again. */
export const BUILDER_VERSION = 7;

/** Contents of `manifest.json` in a compiled model's folder. */
export interface Manifest {
  readonly name: string;
  readonly precision: Precision;
  readonly builderVersion: number;
  readonly config: Gpt2Config;
  /** The end-of-text token, if the model's config names one. */
  readonly endOfText?: number;
  /** All tokens that end a text, if the model's config names several. */
  readonly ends?: readonly number[];
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
/** The weights, which the graphs share. */
export const DATA_FILE = 'model.onnx.data';
/** The graph of one step of the transformer. */
export const STEP_GRAPH = 'model.onnx';
/** The graphs that read many tokens at once; absent where ONNX Runtime does not support the shape. */
export const READING_GRAPH = 'read.onnx';
export const EMBEDDING_GRAPH = 'embed.onnx';

/** Files that a compiled model's folder may contain: the compiler's output, a tokenizer, and accompanying texts. */
const OWN_FILES = /^(manifest\.json|(model|inspect|embed|read|head)\.onnx|model\.onnx\.data|[^/]+\.md)$/;

/** Whether a compiled model's folder may contain a file of this name. */
export const isOwnFile = (name: string): boolean =>
  isFileName(name) && (OWN_FILES.test(name) || TOKENIZER_FILES.some((file) => file === name));

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
  return files.find(({ name }) => !isOwnFile(name))?.name ?? findChanged(folder, files);
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
