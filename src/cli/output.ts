import { writeFileSync } from 'node:fs';
import { fileTrouble } from './fileTrouble';
import { UsageError } from './input';

/**
 * Writes a command's result to a file; `-` is standard output.
 * @throws UsageError when the file cannot be written
 */
export function writeOutput(file: string, content: string | Uint8Array): void {
  if (file === '-') {
    process.stdout.write(content);
    return;
  }
  try {
    writeFileSync(file, content);
  } catch (error) {
    const why = fileTrouble(error as NodeJS.ErrnoException, 'there is no such folder');
    throw new UsageError(`${file} cannot be written: ${why}.`);
  }
}

/** A count with its noun: `1 token`, `2 tokens`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
