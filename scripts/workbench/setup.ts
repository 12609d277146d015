import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, installBrowser } from './browser';

const VSCODE = join(__dirname, 'node_modules/code-server/lib/vscode');
const STAMP = join(__dirname, 'node_modules/.workbench-ready');

/** VS Code's server, once it is set up. */
export const SERVER = join(VSCODE, 'out/server-main.js');

/** Installs the workbench that the tests and `npm start` show Inkling in; returns at once when it is there. */
export function setUpWorkbench(): void {
  const wanted = createHash('sha256')
    .update(readFileSync(join(__dirname, 'package-lock.json')))
    .update(readFileSync(__filename))
    .update(process.version)
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  console.log('Setting up the VS Code workbench for the browser (once, about a minute) ...');
  npm(__dirname, 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  // The shrinkwrap that code-server ships lacks tslib, hence the legacy resolution.
  npm(VSCODE, 'ci', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund');
  try {
    npm(VSCODE, 'rebuild', '@vscode/spdlog', 'native-watchdog', '--ignore-scripts=false');
  } catch {
    console.warn('The workbench runs without its native logger (no C++ compiler?): output channels stay empty.');
  }
  const archive = join(VSCODE, 'node_modules.asar');
  rmSync(archive, { force: true });
  symlinkSync('node_modules', archive, 'junction');
  writeFileSync(STAMP, wanted);
}

/** Finds a browser for the tests, installing one where that is possible without asking. */
export function setUpBrowser(): string {
  return findBrowser() ?? installBrowser();
}

/** The packages are not ours, and so are their warnings: errors alone are shown. */
function npm(cwd: string, ...args: string[]): void {
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  execFileSync('npm', [...args, '--loglevel=error'], { cwd, stdio: [...stdio], shell: process.platform === 'win32' });
}
