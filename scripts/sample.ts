import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './targets';

/** Copies the sample where visitors may scribble on it; what an earlier visit wrote stays. Returns the folder. */
export function sampleFolder(): string {
  const folder = join(ROOT, 'out/sample');
  cpSync(join(ROOT, 'docs/sample'), folder, { recursive: true, force: false });
  return folder;
}

if (process.argv[1] === __filename) sampleFolder();
