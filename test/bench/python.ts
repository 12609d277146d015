import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPTS = join(__dirname, 'python');
const REQUIREMENTS = join(SCRIPTS, 'requirements.txt');
export const PYTHON_CHILD = join(SCRIPTS, 'child.py');

/** Engines that have no package for Node. */
export const PYTHON_PEERS = ['ctranslate2', 'openvino'] as const;
export type PythonPeer = (typeof PYTHON_PEERS)[number];

/** An interpreter with the peers, and each one's weights. */
export interface PythonPeers {
  readonly python: string;
  readonly paths: Readonly<Record<PythonPeer, string>>;
}

/**
 * Makes a Python environment in `folder`, once, and lays the weights of `source` down for the engines in it.
 * @returns `undefined` where there is no Python or the packages cannot be had
 */
export function layDownForPython(folder: string, source: string): PythonPeers | undefined {
  const environment = join(folder, 'python');
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(python) && !makeEnvironment(environment, python)) return undefined;
  const path = (peer: PythonPeer) => join(folder, `${peer}-int8`);
  for (const peer of PYTHON_PEERS) {
    if (existsSync(path(peer))) continue;
    const part = `${path(peer)}.part`;
    rmSync(part, { recursive: true, force: true });
    execFileSync(python, [join(SCRIPTS, 'convert.py'), peer, source, part], { stdio: ['ignore', 2, 2] });
    renameSync(part, path(peer));
  }
  return { python, paths: { ctranslate2: path('ctranslate2'), openvino: path('openvino') } };
}

function makeEnvironment(environment: string, python: string): boolean {
  const installed = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!installed) return false;
  console.error('Making a Python environment for CTranslate2 and OpenVINO (once) ...');
  const run = (command: string, args: readonly string[]) =>
    spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
  const made =
    run(installed, ['-m', 'venv', environment]) && run(python, ['-m', 'pip', 'install', '-q', '-r', REQUIREMENTS]);
  if (!made) rmSync(environment, { recursive: true, force: true });
  return made;
}
