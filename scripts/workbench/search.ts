import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SERVER } from './setup';

/** Gives VS Code's server the ripgrep with which it finds files: its own comes from an install script, and none is run. */
export async function provideSearch(): Promise<void> {
  const { rgPath } = await import('@vscode/ripgrep');
  const place = join(dirname(SERVER), '../node_modules/@vscode/ripgrep/bin', basename(rgPath));
  if (existsSync(place)) return;
  mkdirSync(dirname(place), { recursive: true });
  // Another server that starts at the same time must not find half of it.
  const own = `${place}-${process.pid}`;
  copyFileSync(rgPath, own);
  renameSync(own, place);
}
