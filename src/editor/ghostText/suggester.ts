import { afterTyping, CompletionCache } from '../../core/ghostText/cache';
import { agreesWith } from '../../core/ghostText/remainder';
import type { CompleteRequest, Completion, Engine } from '../../engine/api';
import type { EnergySaving } from '../energySaving/energySaving';

/**
 * How long a generation continues in ms after its last request was cancelled: VS Code asks again 50 ms after a key, and
 * that request may agree with it.
 */
const GRACE_MS = 120;
/** The same for a generation started by a key: VS Code asks later where answers have been slow. */
const HEAD_START_MS = 400;
/** How long before a deadline to stop waiting: a timer comes a millisecond or two late, and the gate takes its time. */
const LEAD_MS = 3;

/** A request to the suggester. */
export interface Query {
  /** The document's text before the cursor, used to recognise typing along. The model's input may differ. */
  readonly before: string;
  readonly request: CompleteRequest;
  /** Why the suggestion is shorter than the settings allow, if it is. */
  readonly energySaving?: EnergySaving;
}

interface Run {
  readonly query: Query;
  readonly controller: AbortController;
  readonly done: Promise<Completion>;
  /** The text generated so far. */
  partial: string;
  /** The part of it that could be shown. */
  shown: Completion | undefined;
  /** Number of waiting requests. */
  waiting: number;
  /** The last query that missed its deadline and still wants the result of this generation. */
  late: Query | undefined;
  /** Called when `partial` has grown. */
  readonly onProgress: Set<() => void>;
}

/** Counters of how requests were answered, since activation. */
export interface SuggesterCounts {
  /** Generations started. */
  started: number;
  /** Answered from the cache. */
  cached: number;
  /** Answered by a generation already running. */
  joined: number;
  /** Answered at the deadline, with a generation still running. */
  early: number;
}

/** The request must be repeated because the settings or the model have changed. */
export class SuggesterReset extends Error {
  override name = 'AbortError';
}

/** Aborts a generation that contradicts what was typed. */
class Refuted extends Error {
  override name = 'AbortError';
}

const NOTHING_YET: Completion = { suggestions: [], reason: 'unfinished' };

/**
 * Source of suggestions: the cache, the running generation if it agrees with what was typed, or a new generation that
 * replaces the running one. At most one runs at a time.
 */
export class Suggester {
  readonly counts: SuggesterCounts = { started: 0, cached: 0, joined: 0, early: 0 };
  readonly #busyListeners = new Set<(busy: boolean) => void>();
  readonly #endListeners = new Set<(query: Query, completion: Completion) => void>();
  /** Completions for queries with several alternatives. */
  readonly #alternatives = new CompletionCache();
  #run: Run | undefined;
  /** The text before the cursor at the last key since `#run` began. */
  #typed: string | undefined;

  readonly #engine: Pick<Engine, 'complete'>;
  readonly #cache: CompletionCache;

  constructor(engine: Pick<Engine, 'complete'>, cache = new CompletionCache()) {
    this.#engine = engine;
    this.#cache = cache;
  }

  /** Whether a generation is running. */
  get busy(): boolean {
    return this.#run !== undefined;
  }

  onDidChangeBusy(listener: (busy: boolean) => void): { dispose(): void } {
    this.#busyListeners.add(listener);
    return { dispose: () => this.#busyListeners.delete(listener) };
  }

  /** Listens to the results of generations that were not aborted. */
  onDidEnd(listener: (query: Query, completion: Completion) => void): { dispose(): void } {
    this.#endListeners.add(listener);
    return { dispose: () => this.#endListeners.delete(listener) };
  }

  /** The result that is known without the model, if any. With `alternatives`, only if these were generated too. */
  recall({ before, request: { suffix = '', alternatives = 1 } }: Query): Completion | undefined {
    return (alternatives > 1 ? this.#alternatives : this.#cache).get(before, suffix);
  }

  /**
   * Starts a generation with the key, before VS Code asks, so that its request finds it running. Does nothing if the
   * answer is known or being generated.
   */
  headStart(query: Query): void {
    if (this.recall(query) || (this.#run && mayAnswer(this.#run, query))) return;
    const run = this.#start(query);
    // The error recurs, and is reported, when a suggestion is requested.
    run.done.catch(() => {});
    this.#abandonUnlessAwaited(run, HEAD_START_MS);
  }

  /**
   * Lets the model read a text at which the writer may continue, so that the first key there need not wait for that.
   */
  readAhead({ request }: Query): void {
    if (this.#run) return;
    // The engine ends it for any generation, so it is never aborted.
    const { signal } = new AbortController();
    this.#engine.complete({ ...request, maxTokens: 1, alternatives: 1, ahead: true }, signal).catch(() => {});
  }

  /**
   * The completion for a query. Rejects with an AbortError when `signal` fires or a newer query replaces it, and with
   * the engine's errors.
   * @param deadline by `performance.now()`: returns what is available by then; the generation continues into the cache
   */
  async suggest(query: Query, signal: AbortSignal, deadline = Number.POSITIVE_INFINITY): Promise<Completion> {
    signal.throwIfAborted();
    const known = this.recall(query);
    if (known) {
      this.counts.cached++;
      return known;
    }
    // Several queries may have waited for the same generation in vain: the first one starts another, which the others
    // then join.
    for (let running = this.#run; running && mayAnswer(running, query); running = this.#run) {
      const agreed = await this.#await(running, query, whileItAgrees(running, query), signal, deadline);
      const answer = this.recall(query);
      if (answer) {
        this.counts.joined++;
        return answer;
      }
      if (agreed === 'late') return this.#early(running, query);
    }
    const run = this.#start(query);
    const completion = await this.#await(run, query, run.done, signal, deadline);
    return completion === 'late' ? this.#early(run, query) : completion;
  }

  /**
   * Call for each key: VS Code asks again only a while later, and a generation that contradicts what was typed can be
   * aborted before that. One that is still reading continues, as the next one benefits.
   */
  typed(before: string): void {
    this.#typed = before;
    if (this.#run) this.#endIfRefuted(this.#run);
  }

  /** Aborts the running generation with a SuggesterReset and clears the caches. */
  reset(): void {
    this.#run?.controller.abort(new SuggesterReset());
    this.#cache.clear();
    this.#alternatives.clear();
  }

  #early(run: Run, { before }: Query): Completion {
    this.counts.early++;
    return (run.shown && afterTyping(run.shown, before.slice(run.query.before.length))) ?? NOTHING_YET;
  }

  #start(query: Query): Run {
    this.#run?.controller.abort();
    this.counts.started++;
    const controller = new AbortController();
    const onProgress = new Set<() => void>();
    const done = this.#engine.complete(query.request, controller.signal, ({ text, completion }) => {
      run.partial = text;
      run.shown = completion ?? run.shown;
      this.#endIfRefuted(run);
      for (const listener of onProgress) listener();
    });
    const run: Run = {
      query,
      controller,
      done,
      partial: '',
      shown: undefined,
      waiting: 0,
      late: undefined,
      onProgress,
    };
    this.#typed = undefined;
    this.#setRun(run);
    const ended = () => {
      if (this.#run === run) this.#setRun(undefined);
    };
    done.then(
      (completion) => {
        this.#remember(query, completion);
        ended();
        for (const listener of this.#endListeners) listener(query, completion);
      },
      () => {
        const isLast = this.#run === run;
        ended();
        if (isLast) this.#beginAnew(run);
      },
    );
    return run;
  }

  /** Starts another generation for a late request if the one it waited for contradicts what was typed. */
  #beginAnew({ late, controller }: Run): void {
    const wasRefuted = controller.signal.reason instanceof Refuted;
    if (late && wasRefuted && this.#typed === late.before) this.#start(late).late = late;
  }

  #endIfRefuted({ query: { before: prefix }, partial, controller }: Run): void {
    const isRefuted = this.#typed?.startsWith(prefix) && !agreesWith({ prefix, partial }, this.#typed);
    if (isRefuted) controller.abort(new Refuted());
  }

  #remember({ before, request: { suffix = '', alternatives = 1 } }: Query, completion: Completion): void {
    this.#cache.set(before, suffix, completion);
    if (alternatives > 1) this.#alternatives.set(before, suffix, completion);
  }

  #setRun(run: Run | undefined): void {
    this.#run = run;
    for (const listener of this.#busyListeners) listener(run !== undefined);
  }

  /**
   * Waits for the promise until `signal` fires or the deadline passes. A generation without waiting requests is aborted
   * after a grace period, but not because of a missed deadline.
   */
  async #await<T>(
    run: Run,
    query: Query,
    promise: Promise<T>,
    signal: AbortSignal,
    deadline: number,
  ): Promise<T | 'late'> {
    run.waiting++;
    try {
      const value = await until(promise, signal, deadline);
      if (value === 'late') run.late = query;
      return value;
    } catch (error) {
      // The engine's error only says that it was aborted; the reason says why.
      const { reason } = run.controller.signal;
      throw reason instanceof SuggesterReset && !signal.aborted ? reason : error;
    } finally {
      run.waiting--;
      this.#abandonUnlessAwaited(run, GRACE_MS);
    }
  }

  #abandonUnlessAwaited(run: Run, ms: number): void {
    setTimeout(() => {
      if (run.waiting === 0 && !run.late) run.controller.abort();
    }, ms);
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

/** Resolves when the generation has ended or contradicts what was typed; rejects when it was aborted. */
function whileItAgrees(run: Run, query: Query): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener = () => {
      if (!mayAnswer(run, query)) resolve();
    };
    run.onProgress.add(listener);
    run.done.then(() => resolve(), reject).finally(() => run.onProgress.delete(listener));
  });
}

/**
 * Settles like the promise, rejects when `signal` fires, or resolves to 'late' at the deadline, whichever comes first.
 */
function until<T>(promise: Promise<T>, signal: AbortSignal, deadline: number): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const ms = deadline - LEAD_MS - performance.now();
    const timer = Number.isFinite(ms) ? setTimeout(() => resolve('late'), Math.max(0, ms)) : undefined;
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
  });
}
