import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileRecord } from '../gpt2/compiledModel';
import { sha256OfFile } from './hub/checksum';

/** Length and SHA-256 of the named files of a folder. */
export async function describeFiles(
  folder: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<FileRecord[]> {
  const records: FileRecord[] = [];
  for (const name of [...names].sort()) {
    const path = join(folder, name);
    records.push({ name, bytes: (await stat(path)).size, sha256: await sha256OfFile(path, { signal }) });
  }
  return records;
}

/** Whether the files are there in their full length: one deleted or cut by hand makes a model unusable. */
export async function areWhole(folder: string, files: readonly FileRecord[]): Promise<boolean> {
  const sizes = await Promise.all(files.map(({ name }) => stat(join(folder, name)).catch(() => undefined)));
  return files.every(({ bytes }, i) => sizes[i]?.size === bytes);
}

export function totalBytes(files: readonly FileRecord[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
