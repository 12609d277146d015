import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwnManifest, readManifest } from './compiledModel';
import { isAlive, makeStagingFolder, worldOfProcesses } from './staging';

/** A compiled model of the cache. */
const COMPILED = /^[0-9a-f]{32}$/;
/**
 * Beside it, a note that a process uses it, named by the machine or container of that process and its number, as
 * staging folders are.
 */
const NOTE = /^([0-9a-f]{32})\.([0-9a-f]{8})-(\d+)\.used$/;
/** A compiled model that nobody has used for so long is removed; it is compiled again when it is wanted. */
const KEPT_MS = 60 * 24 * 60 * 60_000;

/** A process that uses a compiled model, or has used it. */
interface Use {
  readonly note: string;
  /** The name of the compiled model. */
  readonly compiled: string;
  /** What it was compiled from. */
  readonly source: string;
  /** Whether the process lives, which is not known of one elsewhere: in another container, on another machine. */
  readonly process: 'lives' | 'ended' | 'unknown';
  readonly age: number;
}

/**
 * Notes that this process uses a compiled model of a cache, so that no other removes it.
 * @param source tells what it was compiled from, and how
 */
export async function noteUse(cache: string, compiled: string, source: string): Promise<void> {
  const own = join(cache, `${compiled}.${worldOfProcesses()}-${process.pid}.used`);
  try {
    await writeFile(own, source);
    // The time of the last note tells when it was used last.
    const earlier = (await usesIn(cache)).filter((use) => use.compiled === compiled && use.note !== own);
    for (const use of earlier) if (use.process === 'ended' || use.age > KEPT_MS) await rm(use.note, { force: true });
  } catch {
    // A cache that cannot be written to can be used nevertheless.
  }
}

/**
 * Removes from a cache what was not used for two months, and at once what another version of Inkling compiled, or came
 * from an earlier state of the same source; never what a process may be using.
 * @param used the name of what stays
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
    // Another process may be sweeping too, and Windows keeps what somebody has open: another time.
  }
}

async function isDue(folder: string, uses: readonly Use[], source: string): Promise<boolean> {
  if (uses.some((use) => use.process === 'lives') || !(await isOwnManifest(folder))) return false;
  const sinceMade = Date.now() - (await stat(folder)).mtimeMs;
  if (Math.min(sinceMade, ...uses.map(({ age }) => age)) > KEPT_MS) return true;
  // Without a note it is used by a version of Inkling that left none, and may be in use now.
  if (uses.length === 0 || uses.some((use) => use.process === 'unknown')) return false;
  return uses.some((use) => use.source === source) || (await readManifest(folder)) === undefined;
}

/** Removes a compiled model so that a process which looks for it meanwhile finds all of it, or nothing. */
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
