import { type ChildProcess, fork } from 'node:child_process';
import type { NextWords } from '../../core/analysis';
import { type Tokenizer, type TokenizerSource, tokenizerOf } from '../../core/tokenizer';
import type {
  CompleteRequest,
  Completion,
  Engine,
  EngineStats,
  Explanation,
  GenerateRequest,
  Generation,
  GenerationEvent,
  Inspection,
  InspectRequest,
  LogitsRequest,
  MemoryStatus,
  MemoryUpdate,
  ModelInfo,
  PartialCompletion,
  ScoredToken,
  ScoreRequest,
  WordsRequest,
} from '../api';
import { EngineError } from '../runtime';
import type { EngineArguments, FromEngine, Method, ToEngine } from './protocol';

/** How the engine is. */
export type EngineHealth =
  /** No process; the next call starts one. */
  | { readonly state: 'asleep' }
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly model: ModelInfo }
  /** `message` says what is wrong; `retryInMs` when it comes back by itself. */
  | { readonly state: 'error'; readonly message: string; readonly retryInMs?: number };

export interface ForkedEngineOptions extends EngineArguments {
  /** The built `engine.js`. */
  readonly script: string;
  /** Minutes without a call after which the process is let go; 0 keeps it. */
  readonly idleMinutes: number;
  /** Hears what the process writes to its standard output and error. */
  readonly onOutput?: (text: string) => void;
}

interface Call {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: (value: unknown) => void;
}

const NOTHING_GENERATED: Generation = { text: '', ids: [], logprobs: [], finish: 'cancelled', sequences: [] };

/** Pauses before the second, third, ... start after a crash. */
const BACK_OFF_MS = [500, 2_000, 10_000, 60_000];
/** A process that lived this long has not crashed on start; the next crash begins at the first pause again. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * The engine in a process of its own, so that its runs never block the extension host and its crashes stay its own.
 * The process starts with the first call, comes back by itself after a crash, and is let go when idle. What it cannot
 * recover from (no model, no onnxruntime) is an EngineError until `restart`.
 */
export class ForkedEngine implements Engine {
  #options: ForkedEngineOptions;
  #health: EngineHealth = { state: 'asleep' };
  #child: ChildProcess | undefined;
  #started: Promise<void> | undefined;
  /** Fails who waits for the process to start. */
  #abandonStart: (reason: Error) => void = () => {};
  /** Why the last process was let go. */
  #stopped: Error | undefined;
  #crashes = 0;
  #retry: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #tokenizer: Promise<Tokenizer> | undefined;
  #nextId = 1;
  #disposed = false;
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Set<(health: EngineHealth) => void>();

  constructor(options: ForkedEngineOptions) {
    this.#options = options;
  }

  get health(): EngineHealth {
    return this.#health;
  }

  /** The process that runs the model, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @returns a function that stops listening */
  onHealth(listener: (health: EngineHealth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Known while the engine is ready; else this starts it. */
  info(): Promise<ModelInfo> {
    if (this.#health.state === 'ready') return Promise.resolve(this.#health.model);
    return this.#call('info') as Promise<ModelInfo>;
  }

  /** Made once for each process that runs a model. */
  tokenizer(): Promise<Tokenizer> {
    if (!this.#tokenizer) {
      const made = (this.#call('tokenizerSource') as Promise<TokenizerSource>).then(tokenizerOf);
      this.#tokenizer = made;
      made.catch(() => {
        if (this.#tokenizer === made) this.#tokenizer = undefined;
      });
    }
    return this.#tokenizer;
  }

  complete(request: CompleteRequest, signal?: AbortSignal, onProgress?: (partial: PartialCompletion) => void) {
    return this.#call('complete', request, signal, onProgress as Call['onProgress']) as Promise<Completion>;
  }

  generate(request: GenerateRequest, onEvent?: (event: GenerationEvent) => void, signal?: AbortSignal) {
    if (signal?.aborted) return Promise.resolve(NOTHING_GENERATED);
    return this.#call('generate', request, signal, onEvent as Call['onProgress']) as Promise<Generation>;
  }

  logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array> {
    return this.#call('logits', request, signal) as Promise<Float32Array>;
  }

  score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]> {
    return this.#call('score', request, signal) as Promise<ScoredToken[]>;
  }

  explain(request: ScoreRequest, signal?: AbortSignal): Promise<Explanation> {
    return this.#call('explain', request, signal) as Promise<Explanation>;
  }

  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection> {
    return this.#call('inspect', request, signal) as Promise<Inspection>;
  }

  words(request: WordsRequest, signal?: AbortSignal): Promise<NextWords> {
    return this.#call('words', request, signal) as Promise<NextWords>;
  }

  /** Work of the present process; zeros while there is none, which does not start one. */
  stats(): Promise<EngineStats> {
    if (this.#health.state !== 'ready') return Promise.resolve({ runs: 0, tokensFed: 0, busyMs: 0, active: 0 });
    return this.#call('stats') as Promise<EngineStats>;
  }

  /** Tells the present process of a change; while there is none, nobody hears of it, and none is started. */
  remember(update: MemoryUpdate): Promise<MemoryStatus> {
    if (this.#health.state !== 'ready') return Promise.resolve({ files: 0, tokens: 0, bytes: 0, waiting: 0 });
    return this.#call('remember', update) as Promise<MemoryStatus>;
  }

  /** Lets the process go and starts afresh with the next call, with other options if given. */
  restart(change: Partial<ForkedEngineOptions> = {}): void {
    this.#options = { ...this.#options, ...change };
    this.#crashes = 0;
    this.#stop(new EngineError('The engine was restarted.'));
    this.#setHealth({ state: 'asleep' });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#stop(new EngineError('The engine was shut down.'));
    this.#listeners.clear();
  }

  async #call(method: Method, request?: unknown, signal?: AbortSignal, onProgress?: Call['onProgress']) {
    // A generation that is cut short returns what it has, be it nothing.
    const cutShort = method === 'generate';
    if (!cutShort) signal?.throwIfAborted();
    if (this.#disposed) throw new EngineError('The engine was shut down.');
    if (this.#health.state === 'error') throw new EngineError(this.#health.message);
    this.#started ??= this.#start();
    const started = this.#started;
    await started;
    // It may have been let go before this was heard of.
    if (this.#started !== started) throw this.#stopped;
    if (!cutShort) signal?.throwIfAborted();
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.#send({ cancel: id });
        if (cutShort) return;
        this.#calls.delete(id);
        this.#waitForIdle();
        reject(signal?.reason);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', cancel);
          settle(value);
        };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#calls.set(id, { resolve: settled(resolve), reject: settled(reject), onProgress });
      this.#send({ call: method, id, request });
      if (signal?.aborted) cancel();
      this.#waitForIdle();
    });
  }

  #start(): Promise<void> {
    const { script, model, cache, threads, onOutput } = this.#options;
    this.#setHealth({ state: 'starting' });
    const startedAt = Date.now();
    const child = fork(script, [JSON.stringify({ model, cache, threads } satisfies EngineArguments)], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => onOutput?.(String(data).trimEnd()));
    return new Promise((resolve, reject) => {
      this.#abandonStart = reject;
      const ended = (message: string, recoverable: boolean) => {
        if (this.#child !== child) return;
        if (Date.now() - startedAt > HEALTHY_AFTER_MS) this.#crashes = 0;
        this.#stop(new EngineError(message));
        this.#fail(message, recoverable);
      };
      child.on('error', (error) => ended(`The engine's process cannot be started: ${error.message}`, true));
      child.on('exit', (code, signal) =>
        ended(`The engine stopped unexpectedly (${signal ?? `exit code ${code}`}).`, true),
      );
      child.on('message', (message: FromEngine) => {
        if (this.#child !== child) return;
        if ('ready' in message) {
          resolve();
          void this.#becomeReady();
        } else if ('failed' in message) ended(message.failed, false);
        else this.#receive(message);
      });
    });
  }

  async #becomeReady(): Promise<void> {
    const child = this.#child;
    const model = await this.info().catch(() => undefined);
    if (model && this.#child === child) this.#setHealth({ state: 'ready', model });
  }

  #receive(message: Exclude<FromEngine, { ready: true } | { failed: string }>): void {
    const call = this.#calls.get(message.id);
    if (!call) return;
    if ('progress' in message) {
      call.onProgress?.(message.progress);
      return;
    }
    this.#calls.delete(message.id);
    this.#waitForIdle();
    if ('result' in message) call.resolve(message.result);
    else call.reject(asError(message.error));
  }

  #fail(message: string, recoverable: boolean): void {
    if (!recoverable) {
      this.#setHealth({ state: 'error', message });
      return;
    }
    const retryInMs = BACK_OFF_MS[Math.min(this.#crashes++, BACK_OFF_MS.length - 1)];
    this.#setHealth({ state: 'error', message, retryInMs });
    this.#retry = setTimeout(() => {
      this.#started = this.#start();
      // Who calls hears of a failure; nobody may be calling.
      this.#started.catch(() => {});
    }, retryInMs);
    this.#retry.unref();
  }

  /** Ends the process and fails what was asked of it. */
  #stop(reason: Error): void {
    this.#tokenizer = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    this.#started = undefined;
    this.#stopped = reason;
    child?.kill();
    this.#abandonStart(reason);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(reason);
  }

  #send(message: ToEngine): void {
    // A pipe that broke is heard of as the end of the process.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  #waitForIdle(): void {
    clearTimeout(this.#idle);
    if (this.#options.idleMinutes === 0) return;
    this.#idle = setTimeout(() => {
      if (this.#calls.size > 0) return;
      this.#stop(new EngineError('The engine was idle.'));
      this.#setHealth({ state: 'asleep' });
    }, this.#options.idleMinutes * 60_000);
    this.#idle.unref();
  }

  #setHealth(health: EngineHealth): void {
    this.#health = health;
    for (const listener of this.#listeners) listener(health);
  }
}

function asError({ name, message }: { name: string; message: string }): Error {
  if (name === 'AbortError') return new DOMException(message, name);
  const error = name === 'EngineError' ? new EngineError(message) : new Error(message);
  error.name = name;
  return error;
}
