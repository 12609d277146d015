import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A source file or output file of a model. */
export interface FileRecord {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Length and SHA-256 of the named files in a folder. */
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

/** The record of a file that is about to be written. */
export function describeContent(name: string, content: string | Uint8Array): FileRecord {
  return { name, bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') };
}

/** A SHA-256 over the contents of files, independent of their order and location. */
export function digestOf(files: readonly FileRecord[]): string {
  const lines = files.map(({ name, sha256 }) => `${sha256} ${name}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Whether all files exist in full length: catches files deleted or truncated by hand. */
export async function areWhole(folder: string, files: readonly FileRecord[]): Promise<boolean> {
  const found = await Promise.all(files.map(({ name }) => stat(join(folder, name)).catch(() => undefined)));
  return files.every(({ bytes }, i) => found[i]?.isFile() && found[i].size === bytes);
}

/** The name of the first file whose content differs from its record; undefined where none does. */
export async function findChanged(folder: string, files: readonly FileRecord[]): Promise<string | undefined> {
  for (const record of files) {
    const isSame = await areWhole(folder, [record]);
    if (!isSame || (await sha256OfFile(join(folder, record.name))) !== record.sha256) {
      return record.name;
    }
  }
  return undefined;
}

export function totalBytes(files: readonly FileRecord[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * SHA-256 of a file, read in chunks.
 * @throws AbortError when `signal` fires
 */
export async function sha256OfFile(
  path: string,
  options: { readonly signal?: AbortSignal; readonly onBytes?: (done: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(path, { signal: options.signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    done += chunk.length;
    options.onBytes?.(done);
  }
  return hash.digest('hex');
}
