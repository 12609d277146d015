import { type ChildProcess, fork, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Task } from './child';
import type { Layouts } from './model';
import { PYTHON_CHILD, type PythonPeer, type PythonPeers } from './python';

/** One engine with one layout of the weights. */
export interface Engine {
  readonly name: string;
  /** Which engines are held against each other. */
  readonly bits: readonly Bits[];
  readonly ours: boolean;
  readonly kind: 'inkling' | 'transformers' | 'llama' | PythonPeer;
  readonly path: string;
  /** What runs it, where that is not Node. */
  readonly python?: string;
}

export type Bits = 32 | 8 | 4;

export function engines({ inkling, transformers, llama }: Layouts, python: PythonPeers | undefined): Engine[] {
  const ours = (bits: Bits, name: string, path: string): Engine => ({
    name: `Inkling ${name}`,
    bits: [bits],
    ours: true,
    kind: 'inkling',
    path,
  });
  const peer = (name: string, bits: readonly Bits[], kind: Engine['kind'], path: string): Engine => ({
    name,
    bits,
    ours: false,
    kind,
    path,
  });
  // These have nothing of 4 bits that is faster, so they stand beside 4 bits as well.
  const inPython = python && [
    { ...peer('CTranslate2 int8', [8, 4], 'ctranslate2', python.paths.ctranslate2), python: python.python },
    { ...peer('OpenVINO int8', [8, 4], 'openvino', python.paths.openvino), python: python.python },
  ];
  return [
    ours(32, 'fp32', inkling.fp32),
    peer('transformers.js fp32', [32], 'transformers', transformers.fp32),
    ours(8, 'q8', inkling.q8),
    peer('transformers.js q8', [8], 'transformers', transformers.q8),
    peer('llama.cpp Q8_0', [8], 'llama', llama.Q8_0),
    ours(4, 'q4', inkling.q4),
    peer('llama.cpp Q4_0', [4], 'llama', llama.Q4_0),
    ...(inPython ?? []),
  ];
}

/** Megabytes on disk. */
export async function fileSize({ kind, path }: Engine): Promise<number> {
  if (kind === 'llama') return statSync(path).size / 1e6;
  const isHub = kind === 'transformers';
  const folder = isHub ? join(dirname(path), 'onnx') : path;
  const quantised = basename(path) === 'q8';
  const files = (await readdir(folder)).filter((name) => !isHub || name.includes('quantized') === quantised);
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
}

/** What time is: that of the wall, or the processor's. */
export type Clock = 'wall' | 'cpu';

/** An engine loaded in a process of its own. */
export class RunningEngine {
  readonly #child: ChildProcess;

  private constructor(
    readonly engine: Engine,
    child: ChildProcess,
    /** Milliseconds from asking for the model to its first token. */
    readonly loadTime: number,
    readonly loaded: Answer,
  ) {
    this.#child = child;
  }

  static async start(engine: Engine, threads: number, clock: Clock): Promise<RunningEngine> {
    const args = [engine.kind, engine.path, String(threads), clock];
    const child = engine.python
      ? inPython(engine.python, args)
      : fork(join(__dirname, 'child.ts'), args, {
          execArgv: ['--import', 'tsx'],
          env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
        });
    const loaded = await answerOf(child, engine);
    return new RunningEngine(engine, child, loaded.times[0], loaded);
  }

  run(task: Task): Promise<Answer> {
    const answer = answerOf(this.#child, this.engine);
    if (this.engine.python) this.#child.stdin?.write(`${JSON.stringify(task)}\n`);
    else this.#child.send(task);
    return answer;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      if (this.engine.python) this.#child.stdin?.end();
      else this.#child.disconnect();
    });
  }
}

/** A child whose lines of JSON arrive as the messages of a fork do. */
function inPython(python: string, args: readonly string[]): ChildProcess {
  const child = spawn(python, [PYTHON_CHILD, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => child.emit('message', JSON.parse(line)));
  return child;
}

function answerOf(child: ChildProcess, { name }: Engine): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`${name} ended before it answered.`));
    child.once('exit', died);
    child.once('message', (answer) => {
      child.off('exit', died);
      resolve(answer as Answer);
    });
  });
}
