import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileTrouble } from './fileTrouble';
import { UsageError, wasRead } from './input';

/**
 * Writes a command's result to a file; `-` is standard output.
 * @throws UsageError when the file cannot be written, or is what the command has read: it may be the only copy
 */
export function writeOutput(file: string, content: string | Uint8Array): void {
  if (file === '-') {
    process.stdout.write(content);
    return;
  }
  try {
    if (wasRead(file)) throw new UsageError(`${file} is what was read: name another file to write to.`);
    writeFileSync(file, content);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = fileTrouble(error as NodeJS.ErrnoException, 'there is no such folder');
    throw new UsageError(`${file} cannot be written: ${why}.`);
  }
}

/**
 * Checks that each output goes somewhere else, before anything is computed.
 * @throws UsageError that names the place that would get two
 */
export function requireSeparate(files: readonly (string | undefined)[]): void {
  const given = files.filter((file) => file !== undefined);
  const places = given.map((file) => (file === '-' ? file : resolve(file)));
  const twice = given.find((_, i) => places.indexOf(places[i]) !== i);
  if (twice === undefined) return;
  const place = twice === '-' ? 'Standard output' : twice;
  throw new UsageError(`${place} can take one output only: name another file for each.`);
}

/** A count with its noun: `1 token`, `2 tokens`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
