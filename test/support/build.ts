import { spawn } from 'node:child_process';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gpt2Config } from '../../src/gpt2/config';
import { PRECISIONS } from '../../src/gpt2/quantise';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from './randomModel';

const ROOT = join(__dirname, '../..');
/** All that `node esbuild.mjs` reads, but for the default model. */
const SOURCES = [
  'esbuild.mjs',
  'package.json',
  'package.nls.json',
  'scripts/notices.mjs',
  'scripts/notices',
  'src',
  'media',
  'models/oracles',
];

/** The project built by its own build script with a random tiny GPT-2 as its default model. */
export interface Built {
  /** The copy of the project; `dist` lies in it. */
  readonly folder: string;
  readonly model: { readonly name: string; readonly folder: string; readonly card: string };
  readonly config: Gpt2Config;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` when a signal ended it. */
  readonly status: number | null;
}

let built: Promise<Built> | undefined;

/** Builds once for all suites; the folder goes when the tests end. */
export function buildWithTinyModel(): Promise<Built> {
  built ??= build();
  return built;
}

async function build(): Promise<Built> {
  const folder = await temporaryFolder();
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of SOURCES) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const config = tinyConfig();
  const weights = randomWeights(config, 1);
  const model = { name: 'random-tiny', folder: join(folder, 'models', 'default'), card: '# A tiny model\n' };
  await writeModel(model.folder, config, weights);
  await writeFile(join(model.folder, 'README.md'), model.card);
  const json = JSON.stringify({ _name_or_path: model.name, model_type: 'gpt2', ...config });
  await writeFile(join(model.folder, 'config.json'), json);
  const { status, stderr } = await runNode(['esbuild.mjs'], { cwd: folder });
  if (status !== 0) throw new Error(`The build failed: ${stderr}`);
  // A slow machine tells of compiling on standard error: not while a test looks at what else is told there.
  for (const precision of PRECISIONS) await runBuilt(folder, ['logits', 'One', '--precision', precision]);
  return { folder, model, config, weights };
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the program reads; nothing by default. */
  readonly input?: string | Uint8Array;
  /** Stops reading the program's output after this many bytes, as `head` does. */
  readonly readAtMost?: number;
}

/** Runs Node with these arguments to its end. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd, env = {}, input = '', readAtMost = Number.POSITIVE_INFINITY } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let read = 0;
    child.stdout.on('data', (part: Buffer) => {
      parts.stdout.push(part);
      read += part.length;
      if (read >= readAtMost) child.stdout.destroy();
    });
    child.stderr.on('data', (part: Buffer) => parts.stderr.push(part));
    // A program may end without having read all its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (status) => {
      const text = (which: Buffer[]) => Buffer.concat(which).toString();
      resolve({ stdout: text(parts.stdout), stderr: text(parts.stderr), status });
    });
  });
}

/** Runs the built command line; what it compiles lands beside the build. */
export async function inkling(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { folder } = await buildWithTinyModel();
  return runBuilt(folder, args, options);
}

function runBuilt(folder: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const env = { XDG_CACHE_HOME: join(folder, 'cache'), ...options.env };
  return runNode([join(folder, 'dist/cli.js'), ...args], { ...options, env });
}
