import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { STEP_GRAPH } from '../gpt2/compiledModel';
import type { Gpt2Config } from '../gpt2/config';
import { type CacheShape, KvCache } from './kvCache';
import { type LoadedGraphs, type LoadOptions, loadGraph, loadGraphs, type ReadingGraphs } from './loadGraphs';
import { EngineError, loadRuntime, type Ort } from './runtime';

/** Tokens timed to choose the number of threads; the first ones may have to wait for memory. */
const TIMED_TOKENS = 4;

type Tensors = Record<string, Ort.Tensor>;

/** The internals of a step. */
export interface Internals {
  /** For each layer `[rows, heads, ids, capacity + ids]`: attention to the cache's positions, then to the new tokens. */
  readonly attention: readonly Float32Array[];
  /** For each layer `[rows, ids, width]`: the residual stream after the block. */
  readonly residual: readonly Float32Array[];
}

/** Counts of the work done; see `EngineStats`. */
export interface WorkCount {
  runs: number;
  tokensFed: number;
  busyMs: number;
}

/**
 * A compiled GPT-2 loaded into onnxruntime. Runs block the calling thread, so only the engine's own process may load
 * this.
 */
export class Session {
  readonly #folder: string;
  readonly #options: LoadOptions;
  #model: Ort.InferenceSession;
  #threads: number;
  /** Sessions with other numbers of threads, while they are timed. */
  readonly #timed = new Map<number, Ort.InferenceSession>();
  readonly #reading: ReadingGraphs | undefined;

  readonly work: WorkCount = { runs: 0, tokensFed: 0, busyMs: 0 };
  readonly shape: CacheShape;
  /** Called with the milliseconds of each step over one token. */
  onToken: ((ms: number) => void) | undefined;
  /** Graphs for explanations, loaded on demand. */
  readonly #others = new Map<string, Promise<Ort.InferenceSession>>();

  private constructor(
    readonly config: Gpt2Config,
    folder: string,
    options: LoadOptions,
    { step, reading }: LoadedGraphs,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#model = step;
    this.#threads = options.threads ?? 0;
    this.#reading = reading;
    const { n_layer, n_head, n_embd } = config;
    this.shape = { layers: n_layer, heads: n_head, headSize: n_embd / n_head, width: n_embd };
  }

  /** @throws EngineError when onnxruntime or the model cannot be loaded */
  static async open(folder: string, config: Gpt2Config, options: LoadOptions = {}): Promise<Session> {
    return new Session(config, folder, options, await loadGraphs(folder, options));
  }

  /** Whether there is a reading graph, which is faster than `step`. */
  get canRead(): boolean {
    return this.#reading !== undefined;
  }

  newCache(rows = 1): KvCache {
    return new KvCache(this.shape, rows);
  }

  /**
   * Runs one chunk of tokens after those in the cache, and appends to the cache.
   * @param ids the new tokens of each row, all of equal length, at least 1
   * @param lastN number of final positions to return logits for
   * @returns the logits, `[rows, lastN, vocab]`
   */
  async step(cache: KvCache, ids: readonly (readonly number[])[], lastN: number): Promise<Float32Array> {
    const before = this.work.busyMs;
    const { logits } = await this.#run(this.#model, cache, ids, lastN);
    if (cache.rows === 1 && ids[0].length === 1) {
      this.onToken?.(this.work.busyMs - before);
    }
    return floats(logits);
  }

  /**
   * Measures milliseconds per token with this many threads: the best of a few runs, which are not counted as work.
   * Nothing else may run meanwhile, nor during `useThreads`. Opens a session, with its own weights, that stays open
   * until then.
   */
  async timeThreads(threads: number): Promise<number> {
    const model = threads === this.#threads ? this.#model : (this.#timed.get(threads) ?? (await this.#open(threads)));
    const counted = { ...this.work };
    const cache = this.newCache();
    let best = Number.POSITIVE_INFINITY;
    for (let token = 0; token < TIMED_TOKENS; token++) {
      const before = this.work.busyMs;
      await this.#run(model, cache, [[0]], 1);
      best = Math.min(best, this.work.busyMs - before);
    }
    Object.assign(this.work, counted);
    return best;
  }

  /** Uses this many threads from now on, and closes the sessions opened for measuring. */
  async useThreads(threads: number): Promise<void> {
    const model = threads === this.#threads ? this.#model : (this.#timed.get(threads) ?? (await this.#open(threads)));
    const others = [this.#model, ...this.#timed.values()].filter((other) => other !== model);
    this.#model = model;
    this.#threads = threads;
    this.#timed.clear();
    for (const other of others) {
      await other.release();
    }
  }

  async #open(threads: number): Promise<Ort.InferenceSession> {
    const model = await loadGraph(join(this.#folder, STEP_GRAPH), { threads });
    this.#timed.set(threads, model);
    return model;
  }

  /**
   * Appends tokens to a cache of one row without logits or hidden states.
   * @throws Error when `canRead` is false
   */
  async read(cache: KvCache, ids: readonly number[]): Promise<void> {
    if (!this.#reading || cache.rows !== 1) throw new Error(l10n.t('There is nothing to read this with.'));
    const { Tensor } = loadRuntime();
    const { embed, read } = this.#reading;
    const { embedded } = await embed.run(this.#tokens(cache, [ids]));
    const end = cache.length + ids.length;
    const feeds = {
      embedded,
      last_position: new Tensor('int32', Int32Array.of(end - 1), [1]),
      total_length: new Tensor('int32', Int32Array.of(end), [1]),
      // The graph computes with all cache positions given to it, valid or not.
      ...this.#past(cache, cache.length === 0 ? 0 : cache.capacity),
    };
    const results = await this.#count(ids.length, () => read.run(feeds));
    cache.append([ids], this.#perLayer(results, 'new_key'), this.#perLayer(results, 'new_value'));
  }

  /** A `step` that also returns internals, by a separate graph, so that other steps are not slowed down. */
  async stepWithInternals(
    cache: KvCache,
    ids: readonly (readonly number[])[],
    lastN: number,
  ): Promise<Internals & { readonly logits: Float32Array }> {
    const results = await this.#run(await this.#other('inspect.onnx'), cache, ids, lastN);
    const [attention, residual] = ['attention', 'hidden'].map((name) => this.#perLayer(results, name));
    return { logits: floats(results.logits), attention, residual };
  }

  async #run(
    model: Ort.InferenceSession,
    cache: KvCache,
    ids: readonly (readonly number[])[],
    lastN: number,
  ): Promise<Readonly<Tensors>> {
    const { Tensor } = loadRuntime();
    const [{ length: count }] = ids;
    const tokens = this.#tokens(cache, ids);
    const { capacity } = cache;
    const feeds = {
      ...tokens,
      last_n: new Tensor('int64', BigInt64Array.of(BigInt(lastN)), [1]),
      mask: new Tensor('float32', causalMask(cache, count), [1, 1, count, capacity + count]),
      ...this.#past(cache, capacity),
    };
    const results = await this.#count(count * cache.rows, () => model.run(feeds));
    const [keys, values] = ['new_key', 'new_value'].map((name) => this.#perLayer(results, name));
    cache.append(ids, keys, values, floats(results.last_hidden));
    return results;
  }

  /** Reserves cache rows for new tokens, and returns the input tensors with their positions. */
  #tokens(cache: KvCache, ids: readonly (readonly number[])[]): Tensors {
    const { Tensor } = loadRuntime();
    const [{ length: count }] = ids;
    const inputIds = Int32Array.from(this.#known(ids.flat()));
    const positions = Int32Array.from({ length: count }, (_, i) => cache.length + i);
    cache.reserve(cache.length + count);
    return {
      input_ids: new Tensor('int32', inputIds, [cache.rows, count]),
      position_ids: new Tensor('int32', positions, [1, count]),
    };
  }

  /** Keys and values of a cache, or empty ones where `capacity` is 0. */
  #past({ rows, keys, values }: KvCache, capacity: number): Tensors {
    const { Tensor } = loadRuntime();
    const { layers, heads, headSize } = this.shape;
    const dims = [rows, heads, capacity, headSize];
    const size = dims.reduce((product, dim) => product * dim, 1);
    const tensors: Tensors = {};
    for (let layer = 0; layer < layers; layer++) {
      tensors[`past_key_${layer}`] = new Tensor('float32', keys[layer].subarray(0, size), dims);
      tensors[`past_value_${layer}`] = new Tensor('float32', values[layer].subarray(0, size), dims);
    }
    return tensors;
  }

  #perLayer(results: Readonly<Tensors>, name: string): Float32Array[] {
    return Array.from({ length: this.shape.layers }, (_, layer) => floats(results[`${name}_${layer}`]));
  }

  async #count<T>(tokens: number, run: () => Promise<T>): Promise<T> {
    this.work.runs++;
    this.work.tokensFed += tokens;
    const startedAt = performance.now();
    const result = await run();
    this.work.busyMs += performance.now() - startedAt;
    return result;
  }

  #known(ids: readonly number[]): readonly number[] {
    const { vocab_size } = this.config;
    const unknown = ids.find((id) => id >= vocab_size);
    if (unknown === undefined) return ids;
    throw new EngineError(
      l10n.t(
        "Token {0} is beyond this model's vocabulary of {1}: it was made with another tokenizer than GPT-2's.",
        unknown,
        vocab_size,
      ),
    );
  }

  /** The logit lens: residual states `[count, width]` through `ln_f` and the head, to logits `[count, vocab]`. */
  async lens(residual: Float32Array): Promise<Float32Array> {
    const head = await this.#other('head.onnx');
    const { Tensor } = loadRuntime();
    const { width } = this.shape;
    const hidden = new Tensor('float32', residual, [residual.length / width, width]);
    const results = await this.#count(0, () => head.run({ hidden }));
    return floats(results.logits);
  }

  async close(): Promise<void> {
    await this.#model.release();
    for (const timed of this.#timed.values()) {
      await timed.release();
    }
    await this.#reading?.embed.release();
    await this.#reading?.read.release();
    for (const other of this.#others.values()) await (await other).release();
  }

  #other(file: string): Promise<Ort.InferenceSession> {
    const known = this.#others.get(file) ?? loadGraph(join(this.#folder, file), this.#options);
    this.#others.set(file, known);
    // A graph that failed to load is tried again with the next call; there is nothing to release.
    known.catch(() => this.#others.delete(file));
    return known;
  }
}

function floats({ data }: Ort.Tensor): Float32Array {
  return data as Float32Array;
}

/** `[1, 1, count, capacity + count]`: -inf at unused cache rows and at later tokens. */
function causalMask({ capacity, length }: KvCache, count: number): Float32Array {
  const width = capacity + count;
  const mask = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    mask.fill(Number.NEGATIVE_INFINITY, row * width + length, row * width + capacity);
    mask.fill(Number.NEGATIVE_INFINITY, row * width + capacity + row + 1, (row + 1) * width);
  }
  return mask;
}
