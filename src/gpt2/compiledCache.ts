import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { noteUse, sweepCache } from './cacheUse';
import { BUILDER_VERSION, findDamage, readManifest, requireUndamaged } from './compiledModel';
import { compileModel } from './compileModel';
import { UnsupportedModelError, writeTrouble } from './errors';
import { openModel } from './files/openModel';
import type { Precision } from './quantise';
import { makeStagingFolder } from './staging';
import type { CompileOptions } from './storedWeights';

/** The user's cache folder, for models compiled outside the editor. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'inkling', 'compiled');
}

/**
 * The folder of a compiled model: `path` itself if it is one, otherwise the weights at `path` (a folder or a file)
 * compiled into the cache, once per precision and state of its files. Damaged cache entries are compiled again, and
 * unused ones removed.
 * @throws UnsupportedModelError when there is no GPT-2, or one compiled in another precision; DamagedModelError when
 * `path` is a compiled model with changed files
 */
export async function compiledFolder(
  path: string,
  precision: Precision,
  cache: string = cacheFolder(),
  options: CompileOptions = {},
): Promise<string> {
  const manifest = await readManifest(path);
  if (manifest) {
    if (manifest.precision === precision) {
      await requireUndamaged(path, manifest);
      return path;
    }
    throw new UnsupportedModelError(l10n.t('{0} is compiled to {1}, not {2}.', path, manifest.precision, precision));
  }
  const name = await fingerprint(path, precision);
  const compiled = join(cache, name);
  const source = `${precision} ${await realpath(path)}`;
  if (existsSync(compiled)) {
    await noteUse(cache, name, source);
    if (await isUsable(compiled)) return compiled;
  }
  const own = await makeStagingFolder(cache).catch(({ code }: NodeJS.ErrnoException) => {
    throw new UnsupportedModelError(writeTrouble(cache, String(code)));
  });
  try {
    await compileModel(path, own, precision, options);
    await settle(own, compiled);
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    throw error;
  }
  await noteUse(cache, name, source);
  await sweepCache(cache, name, source);
  return compiled;
}

/** Moves a compiled model into place, unless another process was faster: its copy may already be in use. */
async function settle(own: string, place: string): Promise<void> {
  try {
    await rename(own, place);
  } catch {
    if (await isUsable(place)) return rm(own, { recursive: true, force: true });
    await rm(place, { recursive: true, force: true });
    await rename(own, place);
  }
}

async function isUsable(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  return manifest !== undefined && (await findDamage(folder, manifest.files)) === undefined;
}

async function fingerprint(path: string, precision: Precision): Promise<string> {
  const { files, config, tokenizer, endOfText, ends, close } = await openModel(path);
  await close();
  const content = [BUILDER_VERSION, precision, config, endOfText, tokenizer, ...ends.slice(1)];
  const hash = createHash('sha256').update(JSON.stringify(content));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(JSON.stringify([await realpath(file), size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 32);
}
