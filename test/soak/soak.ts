import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CompleteRequest } from '../../src/engine/api';
import type { ForkedEngine } from '../../src/engine/process/client';
import { becomes, isAlive } from '../support/engineProcess';
import type { WrittenDocument } from './writtenDocument';

/** What a long run holds at one moment. */
export interface Sample {
  /** Bytes: of the objects of this process that are in use, and of the engine's process as the system counts them. */
  readonly host: number;
  readonly engine: number;
  /** What keeps this process awake, and the files that the engine's process has open, where the system tells. */
  readonly handles: number;
  readonly files: number;
}

export interface Endurance {
  readonly samples: readonly Sample[];
  /** Milliseconds of each completion. */
  readonly times: readonly number[];
  readonly explained: number;
}

export interface EnduranceOptions {
  readonly completions: number;
  readonly explanations: number;
  /** How many samples are taken, evenly. */
  readonly samples: number;
  /** Hears of each completion how many there have been. */
  readonly onDone?: (done: number) => void;
}

const URI = 'file:///soak.md';
const EXPLAINED = 8;
/** What the panel asks for, in UTF-16 units: about what it shows. */
const SHOWN = 400;
/** How a suggestion is asked for in the editor. */
const SUGGESTION: Partial<CompleteRequest> = { maxTokens: 12, minTokenLogprob: Math.log(0.02) };

/** A writer who types, and the engine that is told of each key and asked for a suggestion after it. */
export class Writer {
  readonly #engine: ForkedEngine;
  readonly document: WrittenDocument;
  readonly #stopListening: () => void;

  constructor(engine: ForkedEngine, document: WrittenDocument) {
    this.#engine = engine;
    this.document = document;
    // As the editor does: a process that has just come knows nothing.
    this.#stopListening = engine.onHealth(({ state }) => {
      if (state === 'ready') this.#tell();
    });
    if (engine.health.state === 'ready') this.#tell();
  }

  dispose(): void {
    this.#stopListening();
  }

  /** Presses the next key and asks. */
  async complete() {
    const edits = this.document.press();
    void this.#engine.remember({ kind: 'edit', uri: URI, edits }).catch(() => {});
    const { request } = this.document.read();
    const place = { document: URI, offset: this.document.offset };
    return this.#engine.complete({ ...request, ...SUGGESTION, place });
  }

  /** Asks for what the panel shows at the cursor. */
  explain() {
    const { prefix } = this.document.read().request;
    const place = { document: URI, offset: this.document.offset };
    return this.#engine.explain({ text: prefix.slice(-SHOWN), top: EXPLAINED, place });
  }

  #tell(): void {
    void this.#engine.remember({ kind: 'open', uri: URI, text: this.document.text }).catch(() => {});
  }
}

/** Types and asks so often, one question after the other, and looks at what the processes hold meanwhile. */
export async function endure(
  engine: ForkedEngine,
  writer: Writer,
  { completions, explanations, samples: wanted, onDone }: EnduranceOptions,
): Promise<Endurance> {
  const samples: Sample[] = [];
  const times: number[] = [];
  let explained = 0;
  for (let done = 1; done <= completions; done++) {
    const asked = performance.now();
    await writer.complete();
    times.push(performance.now() - asked);
    if (explained < (done * explanations) / completions) {
      await writer.explain();
      explained++;
    }
    if (samples.length < Math.floor((done * wanted) / completions)) samples.push(sample(engine.pid as number));
    onDone?.(done);
  }
  return { samples, times, explained };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function sample(pid: number): Sample {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  return { host: heapUsed + external, engine: residentBytes(pid), handles, files: openFiles(pid) };
}

/** The memory of a process, as the system's own tool tells it. */
function residentBytes(pid: number): number {
  const [program, ...args] =
    process.platform === 'win32'
      ? ['powershell', '-NoProfile', '-Command', `(Get-Process -Id ${pid}).WorkingSet64 / 1KB`]
      : ['ps', '-o', 'rss=', '-p', `${pid}`];
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  return Number(stdout.trim()) * 1024;
}

function openFiles(pid: number): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/**
 * How much more of something the last samples hold than the first ones. The least of each are compared:
 * garbage that waits to be collected comes and goes, and what is lost stays.
 * @param parts how many parts the samples are cut into
 */
export function growth(samples: readonly Sample[], parts: number, of: (sample: Sample) => number): number {
  const part = Math.max(1, Math.floor(samples.length / parts));
  const least = (some: readonly Sample[]) => Math.min(...some.map(of));
  return least(samples.slice(-part)) / least(samples.slice(0, part));
}

export interface Recovery {
  /** Questions that were asked, and those that were answered, with a suggestion or with a reason. */
  readonly asked: number;
  readonly settled: number;
  /** Milliseconds until the engine says that it comes back, after each blow that ended it. */
  readonly pauses: readonly number[];
  /** Milliseconds from the end of a process to the first answer of the next. */
  readonly backAfter: readonly number[];
  /** Processes that were hit and live on. */
  readonly orphans: number;
}

export interface BlowOptions {
  readonly count: number;
  /** Hits the process, and types once it is hit. */
  readonly strike: (pid: number, type: () => void) => Promise<void> | void;
  /** From 0 to 1, for the moment of each. */
  readonly random: () => number;
  /** Lets time pass between two keys. */
  readonly pause: () => Promise<void>;
  /** Hears of each blow, once the engine is back, how many there have been. */
  readonly onDone?: (done: number) => void;
}

/** Keys between two blows, at most, and those that are typed while there is no process. */
const KEYS = 12;
const KEYS_WITHOUT = 3;

/** Hits the engine's process again and again, at a moment by chance, while somebody types. */
export async function hit(engine: ForkedEngine, writer: Writer, options: BlowOptions): Promise<Recovery> {
  const { count, strike, random, pause, onDone } = options;
  let asked = 0;
  let settled = 0;
  const open = new Set<Promise<void>>();
  const others: Error[] = [];
  const type = () => {
    asked++;
    const answer = writer.complete().then(
      () => {},
      (error: Error) => {
        // A newer key's question ends the one before.
        if (!['EngineError', 'AbortError'].includes(error.name)) others.push(error);
      },
    );
    answer.finally(() => {
      settled++;
      open.delete(answer);
    });
    open.add(answer);
  };
  let orphans = 0;
  const pauses: number[] = [];
  const backAfter: number[] = [];
  for (let i = 0; i < count; i++) {
    await becomes(engine, 'ready');
    const pid = engine.pid as number;
    const keys = Math.floor(random() * KEYS);
    for (let key = 0; key < keys; key++) {
      type();
      await pause();
    }
    const ended = becomes(engine, 'error');
    await strike(pid, type);
    const health = await ended;
    const endedAt = performance.now();
    if (health.state === 'error') pauses.push(health.retryInMs ?? Number.POSITIVE_INFINITY);
    for (let key = 0; key < KEYS_WITHOUT; key++) type();
    await becomes(engine, 'ready');
    asked++;
    await writer.complete();
    settled++;
    backAfter.push(performance.now() - endedAt);
    // Now: in an hour the system may have given its number to another process.
    if (isAlive(pid)) orphans++;
    onDone?.(i + 1);
  }
  await Promise.all(open);
  if (others.length > 0) throw others[0];
  return { asked, settled, pauses, backAfter, orphans };
}

/** Machines on which something is wrong (`roughMachine.cjs`). */
export const ROUGH = ['clock', 'slow', 'full', 'readOnly'] as const;

/** Runs a task whose engine processes run on such a machine. */
export async function onRoughMachine<T>(kind: (typeof ROUGH)[number], task: () => Promise<T>): Promise<T> {
  const { NODE_OPTIONS: before } = process.env;
  const preload = join(import.meta.dirname, 'roughMachine.cjs');
  Object.assign(process.env, {
    NODE_OPTIONS: `${before ?? ''} --require ${JSON.stringify(preload)}`.trim(),
    INKLING_ROUGH: kind,
  });
  try {
    return await task();
  } finally {
    delete process.env.INKLING_ROUGH;
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
}
