import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * A hidden folder of work in progress, named by the machine or container of its process (`worldOfProcesses`), the
 * number of the process, and something random.
 */
const STAGING = /^\.staging-([0-9a-f]{8})-(\d+)-/;

/**
 * A new hidden folder in `parent`, for work that is renamed when it is done. What processes that were killed left there
 * goes: nobody else would remove it.
 */
export async function makeStagingFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await sweepStaging(parent);
  return mkdtemp(join(parent, `.staging-${worldOfProcesses()}-${process.pid}-`));
}

async function sweepStaging(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, world, pid] = STAGING.exec(name) ?? [];
    if (world === worldOfProcesses() && !isAlive(Number(pid))) {
      // Another process may be sweeping too, and Windows keeps what somebody has open.
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** Names what process numbers are unique in: this machine, or this container on it. */
export function worldOfProcesses(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not on Linux: all processes of the machine count together.
  }
  return createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8);
}

/** Whether a process of this machine or container is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
