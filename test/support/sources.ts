import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The TypeScript files of a folder of the repository and the folders in it. */
export function sourceFiles(folder: string): string[] {
  const root = join(__dirname, '../..', folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(root, name));
}
