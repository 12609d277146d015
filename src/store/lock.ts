import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { writeJson } from './disk';
import { StoreError, systemCode, writingTo } from './errors';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Told once what the process that holds the lock is doing. */
  readonly onWait?: (owner: string) => void;
  /** Milliseconds without a sign of life after which a holder counts as dead; at least 2,000. */
  readonly staleMs?: number;
}

const defaultStaleMs = 15_000;

/**
 * Runs `work` while no other process runs any on the same folder. A holder that dies is noticed by its lock's age. The
 * signal that `work` gets also fires when the lock was lost (the machine slept, and another process took over).
 */
export async function withLock<T>(
  folder: string,
  owner: string,
  options: LockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, onWait, staleMs = defaultStaleMs } = options;
  const lost = new AbortController();
  const ownerFile = join(folder, 'lock.json');
  await writingTo(folder, () => mkdir(folder, { recursive: true }));
  let release: (() => Promise<void>) | undefined;
  for (let refusals = 0; release === undefined; ) {
    signal?.throwIfAborted();
    try {
      release = await writingTo(folder, () =>
        lockfile.lock(folder, {
          lockfilePath: join(folder, 'lock'),
          stale: staleMs,
          update: Math.max(1000, Math.floor(staleMs / 5)),
          onCompromised: (cause) =>
            lost.abort(new StoreError('busy', 'Another window took over the installation.', { cause })),
        }),
      );
    } catch (error) {
      if (systemCode(error) !== 'ELOCKED') {
        throw error;
      }
      // Who has just taken the lock writes its name a moment later.
      if (++refusals === 2) onWait?.(await readOwner(ownerFile));
      await delay(250, undefined, { signal });
    }
  }
  try {
    await writingTo(folder, () => writeJson(ownerFile, { owner, pid: process.pid }));
    return await work(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } finally {
    if (!lost.signal.aborted) {
      await release();
    }
  }
}

/** Whether a process that lives holds the lock. */
export async function isLocked(folder: string, staleMs = defaultStaleMs): Promise<boolean> {
  return lockfile.check(folder, { lockfilePath: join(folder, 'lock'), stale: staleMs }).catch(() => false);
}

async function readOwner(path: string): Promise<string> {
  try {
    const { owner } = JSON.parse(await readFile(path, 'utf8'));
    return typeof owner === 'string' ? owner : 'another installation';
  } catch {
    return 'another installation';
  }
}
