import { mkdir, open, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { StoreError } from './errors';
import { formatBytes } from './format';

/** Bytes a user may still write to the disk that holds `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** What stays free for everybody else, in bytes. */
const RESERVE = 64e6;

/** Throws a `StoreError` when `needed` bytes do not fit. */
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

/** Makes a rename inside `folder` survive a power cut. Windows cannot open folders and journals renames by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') {
    await sync(folder, 'r');
  }
}

/** Renames within a folder and returns when the new name is on the disk. */
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

/** Writes JSON so that a reader sees the old content or the new, never a part. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(beside, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await durableRename(beside, path);
}

/** Removes a folder so that at no moment half of it can be taken for the whole: it loses its name first. */
export async function removeFolder(folder: string, hiddenName: string): Promise<void> {
  const hidden = join(dirname(folder), hiddenName);
  await rename(folder, hidden);
  await rm(hidden, { recursive: true, force: true });
}
