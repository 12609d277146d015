import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnManifest, readManifest } from './compiledModel';
import { isAlive, makeStagingFolder, worldOfProcesses } from './staging';

/** Folder name of a compiled model in the cache. */
const COMPILED = /^[0-9a-f]{32}$/;
/**
 * Name of a marker file beside the model: a process uses it. Contains the world and id of the process, like staging
 * folders.
 */
const NOTE = /^([0-9a-f]{32})\.([0-9a-f]{8})-(\d+)\.used$/;
/** Compiled models unused for this long are removed; they are compiled again when needed. */
const KEPT_MS = 60 * 24 * 60 * 60_000;

/** Use of a compiled model by a process, current or past. */
interface Use {
  readonly note: string;
  /** Folder name of the compiled model. */
  readonly compiled: string;
  /** What it was compiled from. */
  readonly source: string;
  /** Whether the process is running; `unknown` for processes of other containers or machines. */
  readonly process: 'lives' | 'ended' | 'unknown';
  readonly age: number;
}

/**
 * Records that this process uses a compiled model, so that no other process removes it.
 * @param source identifies what it was compiled from, and how
 */
export async function noteUse(cache: string, compiled: string, source: string): Promise<void> {
  const own = join(cache, `${compiled}.${worldOfProcesses()}-${process.pid}.used`);
  try {
    await writeFile(own, source);
    // The latest marker's date is the time of last use.
    const earlier = (await usesIn(cache)).filter((use) => use.compiled === compiled && use.note !== own);
    for (const use of earlier) if (use.process === 'ended' || use.age > KEPT_MS) await rm(use.note, { force: true });
  } catch {
    // A read-only cache can still be used.
  }
}

/**
 * Removes compiled models that were not used for two months, and at once those of another version of Inkling or of an
 * earlier state of the same source; never one that a process may be using.
 * @param used folder name of the model to keep
 */
export async function sweepCache(cache: string, used: string, source: string): Promise<void> {
  try {
    const uses = await usesIn(cache);
    for (const name of await readdir(cache)) {
      if (!COMPILED.test(name) || name === used) continue;
      const own = uses.filter(({ compiled }) => compiled === name);
      if (await isDue(join(cache, name), own, source)) await remove(cache, name, own);
    }
  } catch {
    // Another process may be sweeping, or Windows may refuse as a file is open; the next sweep tries again.
  }
}

async function isDue(folder: string, uses: readonly Use[], source: string): Promise<boolean> {
  if (uses.some((use) => use.process === 'lives') || !(await isOwnManifest(folder))) return false;
  const sinceMade = Date.now() - (await stat(folder)).mtimeMs;
  if (Math.min(sinceMade, ...uses.map(({ age }) => age)) > KEPT_MS) return true;
  // Without a marker the user is a version of Inkling that wrote none, and may be running.
  if (uses.length === 0 || uses.some((use) => use.process === 'unknown')) return false;
  return uses.some((use) => use.source === source) || (await readManifest(folder)) === undefined;
}

/** Removes a compiled model atomically: other processes see all of it, or nothing. */
async function remove(cache: string, name: string, uses: readonly Use[]): Promise<void> {
  const away = await makeStagingFolder(cache);
  await rename(join(cache, name), join(away, name));
  for (const { note } of uses) await rm(note, { force: true });
  await rm(away, { recursive: true, force: true });
}

async function usesIn(cache: string): Promise<Use[]> {
  const uses: Use[] = [];
  const here = worldOfProcesses();
  for (const name of await readdir(cache)) {
    const [, compiled, world, pid] = NOTE.exec(name) ?? [];
    if (compiled === undefined) continue;
    const note = join(cache, name);
    const state = world !== here ? 'unknown' : isAlive(Number(pid)) ? 'lives' : 'ended';
    const [source, { mtimeMs }] = await Promise.all([readFile(note, 'utf8'), stat(note)]);
    uses.push({ note, compiled, source, process: state, age: Date.now() - mtimeMs });
  }
  return uses;
}
