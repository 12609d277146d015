import { basename, dirname, resolve } from 'node:path';
import { UnsupportedModelError } from '../gpt2/errors';
import { findModelFiles, nameOfModel } from '../gpt2/files/findModelFiles';
import { StoreError } from './errors';

/** A model on this machine, chosen by the user. */
export interface LocalSource {
  /** Argument for `openModel`: a folder or a file. */
  readonly path: string;
  /** Display name. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Names of its files within the folder. */
  readonly files: readonly string[];
}

/**
 * Finds the model for a path: a folder, its `config.json` or weights, or a model in the hub's cache. Reads only names
 * and first bytes.
 * @throws StoreError that says what is missing and how to get it
 */
export async function findLocalSource(path: string): Promise<LocalSource> {
  try {
    const { folder, config, weights, format } = await findModelFiles(path);
    const files = [...(config === undefined ? [] : [config]), ...weights];
    // The file that stands for its folder counts as the folder, so that the model is the same however it was chosen.
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
