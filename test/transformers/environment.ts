import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Newest versions whose own code still has all that is compared, of each major version. */
export const VERSIONS = ['4.53.3', '5.5.4'];
/** Torch without its CUDA libraries where pip knows an index that has it so. */
const TORCH = ['torch==2.15.0+cpu', 'torch==2.15.0'];

const CACHE = join(import.meta.dirname, '../../.cache/transformers');

/**
 * A Python that has torch: that of INKLING_PYTHON, or one of our own making below `.cache`.
 * @throws an Error when there is no Python 3 or pip cannot install
 */
export function pythonWithTorch(): string {
  const given = process.env.INKLING_PYTHON;
  if (given) return given;
  const folder = join(CACHE, 'torch');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(join(folder, 'ready'))) {
    console.log('Making a Python environment with torch, which is needed once …');
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
    const installed = TORCH.some((torch) => tries(python, ['-m', 'pip', 'install', '--quiet', torch]));
    if (!installed) run(python, ['-m', 'pip', 'install', String(TORCH.at(-1))]);
    writeFileSync(join(folder, 'ready'), '');
  }
  return python;
}

/** A folder with one version of transformers and what it needs, torch aside. */
export function transformersFolder(python: string, version: string): string {
  const folder = join(CACHE, version);
  if (!existsSync(join(folder, 'ready'))) {
    console.log(`Installing transformers ${version} …`);
    mkdirSync(folder, { recursive: true });
    run(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', folder, `transformers==${version}`]);
    writeFileSync(join(folder, 'ready'), '');
  }
  return folder;
}

/** Lets one version of transformers answer a file of jobs. */
export function askPeer(python: string, folder: string, jobs: string, answers: string): void {
  const path = [folder, process.env.PYTHONPATH].filter(Boolean).join(delimiter);
  run(python, [join(import.meta.dirname, 'peer.py'), jobs, answers], { PYTHONPATH: path });
}

function tries(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}.`);
}
