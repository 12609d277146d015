import { type ChildProcess, fork } from 'node:child_process';
import * as l10n from '@vscode/l10n';
import type { NextWords } from '../../core/analysis';
import { NOTHING_REMEMBERED } from '../../core/memory';
import { type Tokenizer, type TokenizerSource, tokenizerOf } from '../../core/tokenizer';
import type {
  CompleteRequest,
  Completion,
  Engine,
  EngineStats,
  ExplainRequest,
  Explanation,
  GenerateRequest,
  GenerationEvent,
  Inspection,
  InspectRequest,
  LocalModelInfo,
  LogitsRequest,
  MemoryStatus,
  MemoryUpdate,
  PartialCompletion,
  RecallRequest,
  Recollection,
  ScoredToken,
  ScoreRequest,
  WordsRequest,
} from '../api';
import type { EngineHealth } from '../health';
import { EngineError } from '../runtime';
import { cancelled, HeardGeneration, unlessAborted } from './cancelling';
import {
  type EngineArguments,
  type FromEngine,
  type Method,
  MODEL_METHODS,
  readFromEngine,
  type ToEngine,
} from './protocol';
import { RestartSchedule } from './restartSchedule';
import { Watchdog } from './watchdog';

export interface ForkedEngineOptions extends EngineArguments {
  /** The built `engine.js`. */
  readonly script: string;
  /** Minutes without a call after which the process is stopped; 0 keeps it running. */
  readonly idleMinutes: number;
  /** Receives the process's standard output and error. */
  readonly onOutput?: (text: string) => void;
}

interface Call {
  readonly method: Method;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: (value: unknown) => void;
}

/** A process that ran this long, or ran the model, did not crash during its start. */
const HEALTHY_AFTER_MS = 60_000;
/**
 * Seconds without a sign of life during a call after which a process counts as hanging. Doubled after each hanging
 * process, up to a limit, as the machine may just be slow.
 */
const PATIENCE_S = 10;
const LONGEST_PATIENCE_S = 160;
/** The same during its start: reading the weights of a large model is one long call. */
const STARTING_PATIENCE_S = 60;
/** How long a cancelled generation may take to return its text; after that the text reported so far is returned. */
const CANCELLED_WITHIN_MS = 300;

/**
 * The engine in a separate process, so that its runs never block the extension host and its crashes do not affect it.
 * The process starts with the first call, restarts after a crash, and is stopped when idle. Permanent failures (no
 * model, no onnxruntime) are EngineErrors until `restart`.
 */
export class ForkedEngine implements Engine {
  #options: ForkedEngineOptions;
  #health: EngineHealth<LocalModelInfo> = { state: 'asleep' };
  #child: ChildProcess | undefined;
  #started: Promise<void> | undefined;
  /** Rejects `#started` for the calls waiting for it. */
  #abandonStart: (reason: Error) => void = () => {};
  /** Why the last process was stopped, for calls that were waiting for its start. */
  #stopped: Error | undefined;
  readonly #restarts = new RestartSchedule();
  #patience = PATIENCE_S;
  readonly #watchdog = new Watchdog({
    ping: () => this.#send({ ping: true }),
    onSilence: () => this.#hang(),
  });
  #idle: NodeJS.Timeout | undefined;
  #tokenizer: Promise<Tokenizer> | undefined;
  #nextId = 1;
  #disposed = false;
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Set<(health: EngineHealth<LocalModelInfo>) => void>();

  constructor(options: ForkedEngineOptions) {
    this.#options = options;
  }

  get health(): EngineHealth<LocalModelInfo> {
    return this.#health;
  }

  /** Process id while the process runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @returns a function that removes the listener */
  onHealth(listener: (health: EngineHealth<LocalModelInfo>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Does nothing while the engine is ready; otherwise starts the process. */
  info(): Promise<LocalModelInfo> {
    if (this.#health.state === 'ready') return Promise.resolve(this.#health.model);
    return this.#call('info') as Promise<LocalModelInfo>;
  }

  /** The model's tokenizer, created on this side of the pipe once per process. */
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

  complete(request: CompleteRequest, signal?: AbortSignal, onPartial?: (partial: PartialCompletion) => void) {
    return this.#call('complete', request, signal, onPartial as Call['onProgress']) as Promise<Completion>;
  }

  generate(request: GenerateRequest, onEvent?: (event: GenerationEvent) => void, signal?: AbortSignal) {
    const heard = new HeardGeneration();
    const onProgress = (event: GenerationEvent) => {
      heard.add(event);
      onEvent?.(event);
    };
    return this.#call('generate', request, signal, onProgress as Call['onProgress'], () => heard.sum());
  }

  logits(request: LogitsRequest, signal?: AbortSignal): Promise<Float32Array> {
    return this.#call('logits', request, signal) as Promise<Float32Array>;
  }

  score(request: ScoreRequest, signal?: AbortSignal): Promise<ScoredToken[]> {
    return this.#call('score', request, signal) as Promise<ScoredToken[]>;
  }

  explain(request: ExplainRequest, signal?: AbortSignal): Promise<Explanation> {
    return this.#call('explain', request, signal) as Promise<Explanation>;
  }

  inspect(request: InspectRequest, signal?: AbortSignal): Promise<Inspection> {
    return this.#call('inspect', request, signal) as Promise<Inspection>;
  }

  words(request: WordsRequest, signal?: AbortSignal): Promise<NextWords> {
    return this.#call('words', request, signal) as Promise<NextWords>;
  }

  /** Work of the current process; zeros without one, which is not started. */
  stats(): Promise<EngineStats> {
    if (this.#health.state !== 'ready') return Promise.resolve({ runs: 0, tokensFed: 0, busyMs: 0, active: 0 });
    return this.#call('stats') as Promise<EngineStats>;
  }

  /** Sends a change to the current process. Without a process the change is dropped, and none is started. */
  remember(update: MemoryUpdate): Promise<MemoryStatus> {
    if (this.#health.state !== 'ready') return Promise.resolve(NOTHING_REMEMBERED);
    return this.#call('remember', update) as Promise<MemoryStatus>;
  }

  recall(request: RecallRequest): Promise<Recollection | null> {
    return this.#call('recall', request) as Promise<Recollection | null>;
  }

  /** Stops the process; the next call starts it again, with other options if given. */
  restart(change: Partial<ForkedEngineOptions> = {}): void {
    this.#options = { ...this.#options, ...change };
    this.#restarts.worked();
    this.#stop(new EngineError(l10n.t('The engine was restarted.')));
    this.#setHealth({ state: 'asleep' });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#stop(new EngineError(l10n.t('The engine was shut down.')));
    this.#listeners.clear();
  }

  /** @param cutShort result of an aborted call that is not supposed to fail */
  async #call<T = unknown>(
    method: Method,
    request?: unknown,
    signal?: AbortSignal,
    onProgress?: Call['onProgress'],
    cutShort?: () => T,
  ): Promise<T> {
    if (signal?.aborted) return cancelled(signal, cutShort);
    if (this.#disposed) throw new EngineError(l10n.t('The engine was shut down.'));
    if (this.#health.state === 'error' && !this.#restarts.mayStart) throw new EngineError(this.#health.message);
    this.#started ??= this.#start();
    const started = this.#started;
    await unlessAborted(started, signal);
    if (signal?.aborted) return cancelled(signal, cutShort);
    // The process may have been stopped between its start and this line.
    if (this.#started !== started) throw this.#stopped;
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const forget = () => {
        this.#calls.delete(id);
        this.#settled();
      };
      const cancel = () => {
        this.#send({ cancel: id });
        if (cutShort) {
          grace = setTimeout(() => {
            forget();
            resolve(cutShort());
          }, CANCELLED_WITHIN_MS);
        } else {
          forget();
          reject(signal?.reason);
        }
      };
      const settled =
        <V>(settle: (value: V) => void) =>
        (value: V) => {
          clearTimeout(grace);
          signal?.removeEventListener('abort', cancel);
          settle(value);
        };
      signal?.addEventListener('abort', cancel, { once: true });
      const succeed = settled(resolve) as Call['resolve'];
      this.#calls.set(id, { method, resolve: succeed, reject: settled(reject), onProgress });
      this.#send({ call: method, id, request });
      if (!this.#watchdog.isWatching) this.#watchdog.watch(this.#patience);
      this.#waitForIdle();
    });
  }

  #start(): Promise<void> {
    const { script, model, cache, threads, wording, onOutput } = this.#options;
    this.#restarts.cancel();
    this.#setHealth({ state: 'starting' });
    const startedAt = Date.now();
    const child = fork(script, [JSON.stringify({ model, cache, threads, wording } satisfies EngineArguments)], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#watchdog.watch(STARTING_PATIENCE_S);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => onOutput?.(String(data).trimEnd()));
    return new Promise((resolve, reject) => {
      this.#abandonStart = reject;
      const ended = (message: string, recoverable: boolean, isDamaged?: boolean) => {
        if (this.#child !== child) return;
        if (Date.now() - startedAt > HEALTHY_AFTER_MS) this.#restarts.worked();
        this.#stop(new EngineError(message));
        if (recoverable) this.#comeBack(message);
        else this.#setHealth({ state: 'error', message, ...(isDamaged && { isDamaged }) });
      };
      child.on('error', (error) => ended(l10n.t("The engine's process cannot be started: {0}", error.message), true));
      child.on('exit', (code, signal) => {
        const message =
          signal === null
            ? l10n.t('The engine stopped unexpectedly (exit code {0}).', code ?? '')
            : l10n.t('The engine stopped unexpectedly ({0}).', signal);
        // A last message, perhaps still in the pipe, says why it ended.
        if (child.connected) child.once('disconnect', () => ended(message, true));
        else ended(message, true);
      });
      child.on('message', (data) => {
        if (this.#child !== child) return;
        const message = readFromEngine(data);
        if (message === undefined) {
          onOutput?.("The engine's process sent something that is no message; it is ignored.");
          return;
        }
        this.#watchdog.heard();
        if ('ready' in message) {
          this.#watchdog.rest();
          resolve();
          void this.#becomeReady();
        } else if ('failed' in message) {
          ended(message.failed, false, message.damaged);
        } else if ('id' in message) {
          this.#receive(message);
        }
      });
    });
  }

  async #becomeReady(): Promise<void> {
    const child = this.#child;
    const model = await this.info().catch(() => undefined);
    if (model && this.#child === child) this.#setHealth({ state: 'ready', model });
  }

  #receive(message: Extract<FromEngine, { id: number }>): void {
    const call = this.#calls.get(message.id);
    if (!call) return;
    if ('progress' in message) {
      call.onProgress?.(message.progress);
      return;
    }
    this.#calls.delete(message.id);
    this.#patience = PATIENCE_S;
    if ('result' in message && MODEL_METHODS.includes(call.method)) this.#restarts.worked();
    this.#settled();
    if ('result' in message) call.resolve(message.result);
    else call.reject(asError(message.error));
  }

  /** Call whenever a call has ended. */
  #settled(): void {
    if (this.#calls.size === 0) this.#watchdog.rest();
    this.#waitForIdle();
  }

  /** The process has given no sign of life for too long during a call. */
  #hang(): void {
    const message = l10n.t('The engine stopped answering and was ended.');
    this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE_S);
    this.#stop(new EngineError(message));
    this.#comeBack(message);
  }

  /** Reports what happened, and restarts the process after a pause. */
  #comeBack(message: string): void {
    const retryInMs = this.#restarts.crashed(() => {
      this.#started = this.#start();
      // Calls waiting for it see the rejection; there may be none.
      this.#started.catch(() => {});
    });
    this.#setHealth({ state: 'error', message, retryInMs });
  }

  /** Kills the process and rejects its open calls. */
  #stop(reason: Error): void {
    this.#tokenizer = undefined;
    this.#restarts.cancel();
    clearTimeout(this.#idle);
    this.#watchdog.rest();
    const child = this.#child;
    this.#child = undefined;
    this.#started = undefined;
    this.#stopped = reason;
    // A hanging or stopped process reacts to no other signal.
    child?.kill('SIGKILL');
    this.#abandonStart(reason);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(reason);
  }

  #send(message: ToEngine): void {
    // Errors of the pipe are ignored: the end of the process is reported anyway.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  #waitForIdle(): void {
    clearTimeout(this.#idle);
    if (this.#options.idleMinutes === 0) return;
    this.#idle = setTimeout(() => {
      if (this.#calls.size > 0) return;
      this.#stop(new EngineError(l10n.t('The engine was idle.')));
      this.#setHealth({ state: 'asleep' });
    }, this.#options.idleMinutes * 60_000);
    this.#idle.unref();
  }

  #setHealth(health: EngineHealth<LocalModelInfo>): void {
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
