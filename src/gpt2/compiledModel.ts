import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BUILDER_VERSION, type CompileOptions, compile, DATA_FILE, type Precision } from './compile';
import type { Gpt2Config } from './config';
import { openModelFolder } from './files/modelFolder';

/** What a compiled model's folder says of itself, in `manifest.json`. */
export interface Manifest {
  readonly name: string;
  readonly precision: Precision;
  readonly builderVersion: number;
  readonly config: Gpt2Config;
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

/**
 * Compiles the model in `from` into the folder `to`. The folder is complete or absent: the work is done beside it
 * and renamed.
 * @throws UnsupportedModelError when `from` is no GPT-2; an AbortError when the signal fires
 */
export async function compileModel(
  from: string,
  to: string,
  precision: Precision,
  options: CompileOptions = {},
): Promise<Manifest> {
  const model = await openModelFolder(from);
  await mkdir(dirname(to), { recursive: true });
  const staging = await mkdtemp(join(dirname(to), '.staging-'));
  try {
    const manifest: Manifest = { name: model.name, precision, builderVersion: BUILDER_VERSION, config: model.config };
    const data = await open(join(staging, DATA_FILE), 'w');
    try {
      const sink = { write: async (bytes: Uint8Array) => void (await data.writeFile(bytes)) };
      const graphs = await compile(model.weights, model.config, precision, sink, options);
      await writeFile(join(staging, 'model.onnx'), graphs.model);
      await writeFile(join(staging, 'inspect.onnx'), graphs.inspect);
      await writeFile(join(staging, 'head.onnx'), graphs.head);
      await data.sync();
    } finally {
      await data.close();
    }
    await writeFile(join(staging, MANIFEST), JSON.stringify(manifest, null, 1));
    options.signal?.throwIfAborted();
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
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}
