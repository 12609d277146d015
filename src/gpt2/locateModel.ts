import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { compiledFolder } from './compiledCache';
import { findDamage, readManifest, requireUndamaged } from './compiledModel';
import { DamagedModelError, UnsupportedModelError } from './errors';
import type { Precision } from './precision';
import type { CompileOptions } from './storedWeights';

/** Which model is wanted. */
export interface ModelChoice {
  /** A folder, compiled or not; empty for the model that comes with Inkling. */
  readonly path: string;
  /** How to keep the weights; a folder of the writer's own that is compiled already stays as it is. */
  readonly precision: Precision;
}

/**
 * The compiled folder of a model, which is compiled into `cache` first where that is due.
 * @param home where the bundle lies: beside it `model/`, compiled by the build, and `../models/default`, its weights
 * @throws UnsupportedModelError when there is no such model; DamagedModelError when its files are not what was written
 */
export async function locateModel(
  { path, precision }: ModelChoice,
  home: string,
  cache: string,
  options: CompileOptions = {},
): Promise<string> {
  if (path !== '') {
    const given = await readManifest(path);
    if (!given) return compiledFolder(path, precision, cache, options);
    await requireUndamaged(path, given);
    return path;
  }
  const built = join(home, 'model');
  const manifest = await readManifest(built);
  const isWhole = manifest !== undefined && (await findDamage(built, manifest.files)) === undefined;
  if (isWhole && manifest.precision === precision) return built;
  const source = join(home, '..', 'models', 'default');
  if (existsSync(source)) return compiledFolder(source, precision, cache, options);
  if (!manifest) {
    throw new UnsupportedModelError(l10n.t('The model that comes with Inkling is missing: install Inkling again.'));
  }
  if (!isWhole) {
    throw new DamagedModelError(l10n.t('The model that comes with Inkling is damaged: install Inkling again.'));
  }
  throw new UnsupportedModelError(
    l10n.t(
      'The model that comes with Inkling is kept in {0} only. Ask for that precision, or for another model.',
      manifest.precision,
    ),
  );
}
