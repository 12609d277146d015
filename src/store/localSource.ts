import { basename, dirname, resolve } from 'node:path';
import { UnsupportedModelError } from '../gpt2/errors';
import { findModelFiles, nameOfModel } from '../gpt2/files/findModelFiles';
import { StoreError } from './errors';

/** A model on this machine that a user pointed at. */
export interface LocalSource {
  /** What `openModel` takes: a folder or a file. */
  readonly path: string;
  /** What to list it under. */
  readonly name: string;
  /** Its folder, absolute. */
  readonly folder: string;
  /** The files that make it up, by their names in the folder. */
  readonly files: readonly string[];
}

/**
 * Finds the model a user pointed at: a folder, its `config.json` or its weights, or a model of the hub's cache. Nothing
 * is read beyond names and first bytes.
 * @throws StoreError that says what is missing and how to get it
 */
export async function findLocalSource(path: string): Promise<LocalSource> {
  try {
    const { folder, config, weights, format } = await findModelFiles(path);
    const files = [...(config === undefined ? [] : [config]), ...weights];
    // A file that is what its folder means stands for the folder: the same model, however it was chosen.
    const usual = await findModelFiles(folder).catch(() => undefined);
    const isFolder = config !== undefined && usual?.weights.join('\n') === weights.join('\n');
    const isFile = dirname(resolve(path)) === folder;
    return {
      path: isFolder && isFile ? folder : resolve(path),
      name: nameOfModel(format === 'gguf' || config === undefined ? weights[0] : folder),
      folder,
      files: files.map((file) => basename(file)),
    };
  } catch (error) {
    if (error instanceof UnsupportedModelError) {
      throw new StoreError('unsupported', error.message, { cause: error });
    }
    throw error;
  }
}
