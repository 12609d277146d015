import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, installBrowser } from './browser';

const here = __dirname;
const vscode = join(here, 'node_modules/code-server/lib/vscode');
const stamp = join(here, 'node_modules/.inkling-ready');

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
}

/** Installs the workbench that the tests and `npm start` show Inkling in; returns at once when it is there. */
export function setUpWorkbench(): void {
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .update(readFileSync(join(here, 'setup.ts')))
    .update(process.version)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Setting up the VS Code workbench for the browser (once, about a minute) ...');
  npm(here, 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  // The shrinkwrap that code-server ships lacks tslib, hence the legacy resolution.
  npm(vscode, 'ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund');
  try {
    npm(vscode, 'rebuild', '@vscode/spdlog', 'native-watchdog', '--ignore-scripts=false');
  } catch {
    console.warn('The workbench runs without its native logger (no C++ compiler?): output channels stay empty.');
  }
  const archive = join(vscode, 'node_modules.asar');
  rmSync(archive, { force: true });
  symlinkSync('node_modules', archive, 'junction');
  writeFileSync(stamp, wanted);
}

/** Finds a browser for the tests, installing one where that is possible without asking. */
export function setUpBrowser(): string {
  return findBrowser() ?? installBrowser();
}
