import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Name of a hidden folder for work in progress: contains the machine or container of its process (`worldOfProcesses`),
 * the process id, and a random part.
 */
const STAGING = /^\.staging-([0-9a-f]{8})-(\d+)-/;

/** Creates a hidden folder in `parent`, to be renamed when the work is done. Also removes those of killed processes. */
export async function makeStagingFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await sweepStaging(parent);
  const folder = join(parent, `.staging-${worldOfProcesses()}-${process.pid}-${randomUUID()}`);
  // Not mkdtemp, whose folders nobody else may read: several users may share a model.
  await mkdir(folder);
  return folder;
}

async function sweepStaging(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, world, pid] = STAGING.exec(name) ?? [];
    if (world === worldOfProcesses() && !isAlive(Number(pid))) {
      // Another process may be sweeping, or Windows may refuse as a file is open.
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** Identifies the namespace of process ids: this machine, or a container on it. */
export function worldOfProcesses(): string {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not on Linux: one namespace per machine.
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
