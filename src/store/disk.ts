import { mkdir, open, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { StoreError } from './errors';
import { formatBytes } from './format';

/** Bytes that the user may still write to the disk of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Bytes left free for other programs. */
const RESERVE = 64e6;

/** @throws StoreError when `needed` bytes do not fit */
export async function requireSpace(folder: string, needed: number, free = freeBytes): Promise<void> {
  const available = await free(folder);
  if (available < needed + RESERVE) {
    throw new StoreError(
      'disk-full',
      l10n.t(
        '{0} are needed in {1}, and {2} are free. Free some space and try again; what was downloaded is kept.',
        formatBytes(needed + RESERVE),
        folder,
        formatBytes(available),
      ),
    );
  }
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename in `folder` survive a power failure. Windows cannot open folders, and journals renames itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') {
    await sync(folder, 'r');
  }
}

/** Renames within a folder, and returns once the new name is on disk. */
export async function durableRename(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Flushes the named files of a folder, and the folder. */
export async function syncFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await sync(join(folder, name), 'r+');
  }
  await syncFolder(folder);
}

/** Writes JSON atomically: readers see the old content or the new. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(beside, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await durableRename(beside, path);
}

/** Removes a folder atomically: renames it first, so that a partly deleted one is never taken for complete. */
export async function removeFolder(folder: string, hiddenName: string): Promise<void> {
  const hidden = join(dirname(folder), hiddenName);
  await rename(folder, hidden);
  await rm(hidden, { recursive: true, force: true });
}
