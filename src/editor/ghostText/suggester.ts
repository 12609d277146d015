import { CompletionCache } from '../../core/ghostText/cache';
import { agreesWith } from '../../core/ghostText/remainder';
import type { CompleteRequest, Completion, Engine } from '../../engine/api';
import type { EnergySaving } from '../energySaving/energySaving';

/** VS Code asks again 50 ms after a keystroke: what it cancelled waits that long for a request that agrees with it. */
const GRACE_MS = 120;

/** A question to the suggester. */
export interface Query {
  /** The text before the cursor as it stands, by which typing through is known. The model may read it otherwise. */
  readonly before: string;
  readonly request: CompleteRequest;
  /** Why a shorter suggestion is asked for than the settings allow, if it is. */
  readonly energySaving?: EnergySaving;
}

interface Run {
  readonly query: Query;
  readonly controller: AbortController;
  readonly done: Promise<Completion>;
  /** What it has come up with so far. */
  partial: string;
  /** Requests that wait for it. */
  waiting: number;
  /** Called when `partial` has grown. */
  readonly onProgress: Set<() => void>;
}

/** How a request was answered, counted since activation. */
export interface SuggesterCounts {
  /** Generations started. */
  started: number;
  /** Answered from the cache. */
  cached: number;
  /** Answered by a generation that an earlier request had started. */
  joined: number;
}

/**
 * Where suggestions come from: the cache, the running generation if it still agrees with what was typed, or a new
 * generation, for which the running one is aborted. There is at most one at a time.
 */
export class Suggester {
  readonly counts: SuggesterCounts = { started: 0, cached: 0, joined: 0 };
  readonly #listeners = new Set<(busy: boolean) => void>();
  /** Completions for which several suggestions were looked for. */
  readonly #alternatives = new CompletionCache();
  #run: Run | undefined;
  /** The text before the cursor at the last key since `#run` began. */
  #typed: string | undefined;

  constructor(
    private readonly engine: Pick<Engine, 'complete'>,
    private readonly cache = new CompletionCache(),
  ) {}

  /** Whether a generation is running. */
  get busy(): boolean {
    return this.#run !== undefined;
  }

  onDidChangeBusy(listener: (busy: boolean) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** What is known without the model, if anything. Where alternatives are asked for, they must have been looked for. */
  recall({ before, request: { suffix = '', alternatives = 1 } }: Query): Completion | undefined {
    return (alternatives > 1 ? this.#alternatives : this.cache).get(before, suffix);
  }

  /** Rejects with an AbortError when `signal` fires or a newer request takes over, and with whatever the engine reports. */
  async suggest(query: Query, signal: AbortSignal): Promise<Completion> {
    signal.throwIfAborted();
    const known = this.recall(query);
    if (known) {
      this.counts.cached++;
      return known;
    }
    const running = this.#run;
    if (running && mayAnswer(running, query)) {
      await this.#await(running, whileItAgrees(running, query), signal);
      const answer = this.recall(query);
      if (answer) {
        this.counts.joined++;
        return answer;
      }
    }
    const run = this.#start(query);
    return this.#await(run, run.done, signal);
  }

  /**
   * To be told of each key: VS Code asks again only a while later, and a generation that says something else than what
   * was typed need not go on until then. One that is still reading may: what it reads serves the next one too.
   */
  typed(before: string): void {
    this.#typed = before;
    if (this.#run) this.#endIfRefuted(this.#run);
  }

  /** Ends the running generation and forgets what was suggested. */
  reset(): void {
    this.#run?.controller.abort();
    this.cache.clear();
    this.#alternatives.clear();
  }

  #start(query: Query): Run {
    this.#run?.controller.abort();
    this.counts.started++;
    const controller = new AbortController();
    const onProgress = new Set<() => void>();
    const done = this.engine.complete(query.request, controller.signal, (partial) => {
      run.partial = partial;
      this.#endIfRefuted(run);
      for (const listener of onProgress) listener();
    });
    const run: Run = { query, controller, done, partial: '', waiting: 0, onProgress };
    this.#typed = undefined;
    this.#setRun(run);
    const ended = () => {
      if (this.#run === run) this.#setRun(undefined);
    };
    done.then((completion) => {
      this.#remember(query, completion);
      ended();
    }, ended);
    return run;
  }

  #endIfRefuted({ query: { before: prefix }, partial, controller }: Run): void {
    if (this.#typed?.startsWith(prefix) && !agreesWith({ prefix, partial }, this.#typed)) controller.abort();
  }

  #remember({ before, request: { suffix = '', alternatives = 1 } }: Query, completion: Completion): void {
    this.cache.set(before, suffix, completion);
    if (alternatives > 1) this.#alternatives.set(before, suffix, completion);
  }

  #setRun(run: Run | undefined): void {
    this.#run = run;
    for (const listener of this.#listeners) listener(run !== undefined);
  }

  /** Waits for the promise until `signal` fires; a generation that nobody waits for any more is aborted after a grace. */
  async #await<T>(run: Run, promise: Promise<T>, signal: AbortSignal): Promise<T> {
    run.waiting++;
    try {
      return await until(promise, signal);
    } finally {
      run.waiting--;
      setTimeout(() => {
        if (run.waiting === 0) run.controller.abort();
      }, GRACE_MS);
    }
  }
}

function mayAnswer({ query, controller, partial }: Run, { before, request }: Query): boolean {
  return (
    !controller.signal.aborted &&
    query.request.suffix === request.suffix &&
    (query.request.alternatives ?? 1) >= (request.alternatives ?? 1) &&
    agreesWith({ prefix: query.before, partial }, before)
  );
}

/** Resolves when the generation has ended or has said something else than was typed; rejects when it was aborted. */
function whileItAgrees(run: Run, query: Query): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener = () => {
      if (!mayAnswer(run, query)) resolve();
    };
    run.onProgress.add(listener);
    run.done.then(() => resolve(), reject).finally(() => run.onProgress.delete(listener));
  });
}

/** The promise, or the abort of `signal` if that comes first. */
function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
