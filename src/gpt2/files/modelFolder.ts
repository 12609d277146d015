import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Gpt2Config, parseConfig, UnsupportedModelError } from '../config';
import { checkWeights, type Weights } from '../weights';
import { type ByteSource, readSafetensors, type TensorEntry } from './safetensors';

/** A GPT-2 as Hugging Face lays it out: `config.json` beside `model.safetensors`, or beside shards and their index. */
export interface OpenModel {
  /** What the config calls the model, or else its folder's name. */
  readonly name: string;
  readonly config: Gpt2Config;
  readonly weights: Weights;
  /** The weight files, absolute. */
  readonly files: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens and checks a model folder; no weights are read yet.
 * @throws UnsupportedModelError saying what is missing or not supported
 */
export async function openModelFolder(folder: string): Promise<OpenModel> {
  const json = await readJson(join(folder, 'config.json'));
  const config = parseConfig(json);
  const files = await weightFiles(folder);
  const handles: FileHandle[] = [];
  const close = async () => {
    await Promise.all(handles.map((handle) => handle.close()));
  };
  try {
    const entries = new Map<string, TensorEntry>();
    for (const file of files) {
      const handle = await open(file).catch((error) => {
        throw unreadable(file, error);
      });
      handles.push(handle);
      const source = fileSource(basename(file), handle, (await handle.stat()).size);
      for (const [name, entry] of await readSafetensors(source)) {
        if (entries.has(name))
          throw new UnsupportedModelError(`${source.name}: tensor ${name} is in another file too.`);
        entries.set(name, entry);
      }
    }
    return { name: nameOf(json, folder), config, weights: checkWeights(entries, config), files, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function nameOf(config: unknown, folder: string): string {
  const given = (config as { _name_or_path?: unknown })._name_or_path;
  return typeof given === 'string' && given !== '' ? given : basename(resolve(folder));
}

async function weightFiles(folder: string): Promise<string[]> {
  const index = await readJson(join(folder, 'model.safetensors.index.json')).catch((error) => {
    if (error.cause?.code === 'ENOENT') return undefined;
    throw error;
  });
  if (index === undefined) return [join(folder, 'model.safetensors')];
  const map = (index as { weight_map?: unknown }).weight_map;
  if (typeof map !== 'object' || map === null) {
    throw new UnsupportedModelError('model.safetensors.index.json has no weight_map.');
  }
  const names = [...new Set(Object.values(map as Record<string, unknown>))];
  return names.map((name) => {
    // A shard lies beside its index; anything else would be a path out of the folder.
    if (typeof name !== 'string' || basename(name) !== name || !name.endsWith('.safetensors')) {
      throw new UnsupportedModelError(
        `model.safetensors.index.json names ${JSON.stringify(name)}, which is no safetensors file beside it.`,
      );
    }
    return join(folder, name);
  });
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw unreadable(file, error);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new UnsupportedModelError(`${file} is not valid JSON.`);
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): Error {
  const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message;
  return new UnsupportedModelError(`${file} cannot be read: ${reason}.`, { cause: error });
}

function fileSource(name: string, handle: FileHandle, size: number): ByteSource {
  return {
    name,
    size,
    async read(offset, length) {
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw new UnsupportedModelError(`${name} is cut short at byte ${offset + filled}.`);
        filled += bytesRead;
      }
      return buffer;
    },
  };
}
