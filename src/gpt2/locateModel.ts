import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { compiledFolder } from './compiledCache';
import { findDamage, readManifest, requireUndamaged } from './compiledModel';
import { DamagedModelError, UnsupportedModelError } from './errors';
import type { Precision } from './quantise';
import type { CompileOptions } from './storedWeights';

/** The model to use. */
export interface ModelChoice {
  /** A folder, compiled or not, in which a leading `~` is the user's home; empty for the built-in model. */
  readonly path: string;
  /** Precision of the weights; does not apply to a compiled folder chosen by the user. */
  readonly precision: Precision;
}

/**
 * The folder of a compiled model, compiled into `cache` first if necessary.
 * @param home folder of the bundle; contains `model/`, compiled by the build, with the weights in `../models/default`
 * @throws UnsupportedModelError when there is no such model; DamagedModelError when its files were changed
 */
export async function locateModel(
  { path, precision }: ModelChoice,
  home: string,
  cache: string,
  options: CompileOptions = {},
): Promise<string> {
  if (path !== '') {
    const folder = path.replace(/^~(?=$|[/\\])/, homedir);
    const given = await readManifest(folder);
    if (!given) return compiledFolder(folder, precision, cache, options);
    await requireUndamaged(folder, given);
    return folder;
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
