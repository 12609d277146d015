import { type ChildProcess, fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Answer, Task } from './child';
import type { Layouts } from './model';

/** One engine with one layout of the weights. */
export interface Engine {
  readonly name: string;
  /** Which engines are held against each other. */
  readonly bits: 32 | 8 | 4;
  readonly ours: boolean;
  readonly kind: 'inkling' | 'transformers' | 'llama';
  readonly path: string;
}

export function engines({ inkling, transformers, llama }: Layouts): Engine[] {
  const ours = (bits: Engine['bits'], name: string, path: string): Engine => ({
    name: `Inkling ${name}`,
    bits,
    ours: true,
    kind: 'inkling',
    path,
  });
  return [
    ours(32, 'fp32', inkling.fp32),
    { name: 'transformers.js fp32', bits: 32, ours: false, kind: 'transformers', path: transformers.fp32 },
    ours(8, 'q8', inkling.q8),
    { name: 'transformers.js q8', bits: 8, ours: false, kind: 'transformers', path: transformers.q8 },
    { name: 'llama.cpp Q8_0', bits: 8, ours: false, kind: 'llama', path: llama.Q8_0 },
    ours(4, 'q4', inkling.q4),
    { name: 'llama.cpp Q4_0', bits: 4, ours: false, kind: 'llama', path: llama.Q4_0 },
  ];
}

/** Megabytes on disk. */
export async function fileSize({ kind, path }: Engine): Promise<number> {
  if (kind === 'llama') return statSync(path).size / 1e6;
  const folder = kind === 'inkling' ? path : join(dirname(path), 'onnx');
  const quantised = basename(path) === 'q8';
  const files = (await readdir(folder)).filter(
    (name) => kind === 'inkling' || name.includes('quantized') === quantised,
  );
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
    const child = fork(join(__dirname, 'child.ts'), [engine.kind, engine.path, String(threads), clock], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    const loaded = await answerOf(child, engine);
    return new RunningEngine(engine, child, loaded.times[0], loaded);
  }

  run(task: Task): Promise<Answer> {
    const answer = answerOf(this.#child, this.engine);
    this.#child.send(task);
    return answer;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }
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
