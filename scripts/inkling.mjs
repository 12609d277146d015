// The command line straight from the sources: builds when something is newer than the build, then hands over.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist/cli.js');

function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(folder) {
  return Math.max(
    ...readdirSync(join(root, folder), { recursive: true }).map((name) => changedAt(join(folder, String(name)))),
  );
}

const files = ['esbuild.mjs', 'package.json', 'package.nls.json', 'package-lock.json'];
const sources = Math.max(newest('src'), newest('models'), ...files.map(changedAt));
if (changedAt('dist/cli.js') < sources) {
  const build = spawnSync(process.execPath, [join(root, 'esbuild.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (build.status !== 0) process.exit(1);
}
// Ctrl+C is for the command, which says what it has by then.
process.on('SIGINT', () => {});
const run = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
// As a shell has it: a program that a signal ended exits with 128 and the signal's number.
process.exit(run.signal ? 128 + constants.signals[run.signal] : (run.status ?? 1));
