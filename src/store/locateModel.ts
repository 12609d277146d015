import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Precision } from '../gpt2/compile';
import { compiledFolder } from './compiledCache';
import { readManifest } from './compiledModel';

/** Which model is wanted, in the writer's words. */
export interface ModelChoice {
  /** A folder, compiled or not; empty for the model that comes with Inkling. */
  readonly path: string;
  /** How to keep the weights; a folder that is compiled already stays as it is. */
  readonly precision: Precision;
}

/**
 * The compiled folder of a model, which is compiled into `cache` first where that is due.
 * @param home where the bundle lies: beside it `model/`, compiled by the build, and `../models/default`, its weights
 * @throws UnsupportedModelError when there is no such model
 */
export async function locateModel({ path, precision }: ModelChoice, home: string, cache: string): Promise<string> {
  if (path !== '') return (await readManifest(path)) ? path : compiledFolder(path, precision, cache);
  const built = join(home, 'model');
  const source = join(home, '..', 'models', 'default');
  const manifest = await readManifest(built);
  if (manifest?.precision === precision || !existsSync(source)) return compiledFolder(built, precision, cache);
  return compiledFolder(source, precision, cache);
}
