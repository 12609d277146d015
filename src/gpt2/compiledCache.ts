import { createHash, randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BUILDER_VERSION, type CompileOptions, type Precision } from './compile';
import { compileModel, readManifest } from './compiledModel';
import { UnsupportedModelError } from './config';
import { openModelFolder } from './files/modelFolder';

/** Where compiled models lie that no editor has asked for: the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'inkling', 'compiled');
}

/**
 * The folder of a compiled model: `folder` itself if it is one, otherwise `folder`'s weights compiled into the cache,
 * once for each precision and state of its files.
 * @throws UnsupportedModelError when the folder holds no GPT-2, or one compiled in another precision
 */
export async function compiledFolder(
  folder: string,
  precision: Precision,
  cache: string = cacheFolder(),
  options: CompileOptions = {},
): Promise<string> {
  const manifest = await readManifest(folder);
  if (manifest) {
    if (manifest.precision === precision) return folder;
    throw new UnsupportedModelError(`${folder} is compiled to ${manifest.precision}, not ${precision}.`);
  }
  const compiled = join(cache, await fingerprint(folder, precision));
  if (await readManifest(compiled)) return compiled;
  const own = `${compiled}-${randomUUID()}`;
  await compileModel(folder, own, precision, options);
  await settle(own, compiled);
  return compiled;
}

/** Puts a compiled model in its place, unless another process was faster: that one's may be in use already. */
async function settle(own: string, place: string): Promise<void> {
  try {
    await rename(own, place);
  } catch {
    if (await readManifest(place)) return rm(own, { recursive: true, force: true });
    await rm(place, { recursive: true, force: true });
    await rename(own, place);
  }
}

async function fingerprint(folder: string, precision: Precision): Promise<string> {
  const { files, config, close } = await openModelFolder(folder);
  await close();
  const hash = createHash('sha256').update(JSON.stringify([BUILDER_VERSION, precision, config]));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(JSON.stringify([await realpath(file), size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 32);
}
