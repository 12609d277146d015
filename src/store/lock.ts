import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import lockfile from 'proper-lockfile';
import { writeJson } from './disk';
import { StoreError, systemCode, writingTo } from './errors';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once with what the holder of the lock is doing. */
  readonly onWait?: (owner: string) => void;
  /** Milliseconds without a heartbeat after which a holder counts as dead. */
  readonly staleMs?: number;
}

const DEFAULT_STALE_MS = 15_000;
const LOOK_EVERY_MS = 250;
/**
 * Disables the library's own staleness check, which compares the lock's date with the wall clock; users may set that.
 * `Watch` replaces it.
 */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Runs `work` exclusively among all processes for a folder. A holder proves that it is alive by updating its lock's
 * date; if a waiter sees no update for `staleMs`, the holder is dead. The signal passed to `work` also fires when the
 * lock was lost (the machine slept, and another process took over).
 */
export async function withLock<T>(
  folder: string,
  owner: string,
  options: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, staleMs = DEFAULT_STALE_MS } = options;
  const lost = new AbortController();
  const ownerFile = join(folder, 'lock.json');
  await writingTo(folder, () => mkdir(folder, { recursive: true }));
  const release = await writingTo(folder, () => acquire(folder, ownerFile, lost, { ...options, staleMs }));
  try {
    await sweep(folder);
    await writingTo(folder, () => writeJson(ownerFile, { owner, pid: process.pid }));
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } finally {
    if (!lost.signal.aborted) {
      await release();
    }
  }
}

/** Removes leftovers of holders that were killed while writing their name. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^lock\.json\.\d+\.tmp$/.test(name)) {
      await rm(join(folder, name), { force: true });
    }
  }
}

/** Whether a live process holds the lock. Takes up to `staleMs` if a dead one left it. */
export async function isLocked(folder: string, staleMs = DEFAULT_STALE_MS): Promise<boolean> {
  const watch = new Watch(lockOf(folder), staleMs);
  for (;;) {
    const state = await watch.look();
    if (state !== 'unknown') {
      return state === 'alive';
    }
    await delay(LOOK_EVERY_MS);
  }
}

const lockOf = (folder: string) => join(folder, 'lock');

/** Waits for the lock, acquires it, and returns a function that releases it. */
async function acquire(
  folder: string,
  ownerFile: string,
  lost: AbortController,
  { signal, onWait, staleMs }: LockOptions & { readonly staleMs: number },
): Promise<() => Promise<void>> {
  const watch = new Watch(lockOf(folder), staleMs);
  for (let refusals = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await lockfile.lock(folder, {
        lockfilePath: lockOf(folder),
        stale: NEVER,
        update: Math.max(1000, Math.floor(staleMs / 5)),
        onCompromised: (cause) =>
          lost.abort(new StoreError('busy', l10n.t('Another window took over the installation.'), { cause })),
      });
    } catch (error) {
      if (systemCode(error) !== 'ELOCKED') {
        throw error;
      }
    }
    // A new holder writes its name a moment after acquiring the lock.
    if (++refusals === 2) {
      onWait?.(await readOwner(ownerFile));
    }
    if ((await watch.look()) === 'dead') {
      await watch.takeAway();
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Observes a lock repeatedly, using a monotonic clock. */
class Watch {
  readonly #path: string;
  readonly #staleMs: number;
  #date: number | undefined;
  #since = 0;
  #hasChanged = false;

  constructor(path: string, staleMs: number) {
    this.#path = path;
    this.#staleMs = staleMs;
  }

  /** State of the lock's holder: `unknown` until the lock's date changes or stays the same for `staleMs`. */
  async look(): Promise<'free' | 'alive' | 'dead' | 'unknown'> {
    const date = await dateOf(this.#path);
    const now = performance.now();
    if (date === undefined) {
      this.#date = undefined;
      return 'free';
    }
    if (date !== this.#date) {
      this.#hasChanged = this.#date !== undefined;
      this.#date = date;
      this.#since = now;
    } else if (now - this.#since >= this.#staleMs) {
      return 'dead';
    }
    return this.#hasChanged ? 'alive' : 'unknown';
  }

  /** Removes a dead lock, unless another process has replaced it meanwhile. */
  async takeAway(): Promise<void> {
    const aside = `${this.#path}-${process.pid}-${Math.floor(performance.now())}`;
    try {
      await rename(this.#path, aside);
      if ((await dateOf(aside)) === this.#date) {
        await rm(aside, { recursive: true });
      } else {
        await rename(aside, this.#path);
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') {
        throw error;
      }
    }
  }
}

async function dateOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

async function readOwner(path: string): Promise<string> {
  try {
    const { owner } = JSON.parse(await readFile(path, 'utf8'));
    return typeof owner === 'string' ? owner : l10n.t('another installation');
  } catch {
    return l10n.t('another installation');
  }
}
