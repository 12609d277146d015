import { contextWindowStart, type Forward, type ForwardOptions, type TextModel } from '../core/decoding/model';
import type { Tokenizer } from '../core/tokenizer';
import { commonPrefix, type KvCache } from './kvCache';
import { type KvSlot, KvSlots, keepLogits, keptLogits, truncate } from './kvSlots';
import { BACKGROUND, type Priority, PriorityLock } from './priorityLock';
import { ReadingPace } from './readingPace';
import type { Internals, Session } from './session';

/** Tokens per run while reading: long enough to be fast, short enough to be cancelled soon. */
const PREFILL_CHUNK = 128;
/** Shorter texts are read equally fast by ordinary steps as by the reading graph. */
const LEAST_READ = 20;
/** The same when the logits of every position are needed, which take 200 kB each. */
const SCORING_CHUNK = 32;

interface ReadOptions extends ForwardOptions {
  /** Read in the same steps as decoding takes, and discard what was read otherwise. */
  readonly stepwise?: boolean;
  /** Read from the first token on, even if the text is cached. */
  readonly afresh?: boolean;
  /** Read in long runs, which are faster, as no key is expected that would have to wait. */
  readonly ahead?: boolean;
}

/**
 * A GPT-2 with a cache of texts. Requests contain the whole text; the model reuses the longest prefix in common with a
 * cached text and only runs the rest.
 */
export class CachedModel implements TextModel {
  readonly #session: Session;

  readonly vocabSize: number;
  readonly contextLength: number;
  readonly eosTokenId: readonly number[];
  readonly #lock = new PriorityLock();
  readonly #pace = new ReadingPace();
  readonly #slots: KvSlots;
  #batch: { readonly cache: KvCache; readonly stepwise: boolean; inUse: boolean } | undefined;

  constructor(
    session: Session,
    readonly tokenizer: Tokenizer,
    ends: readonly number[] = [],
  ) {
    this.#session = session;
    this.#slots = new KvSlots(() => session.newCache());
    this.vocabSize = session.config.vocab_size;
    this.contextLength = session.config.n_positions;
    const all = new Set([tokenizer.endOfText, ...ends]);
    this.eosTokenId = [...all].filter((id): id is number => id !== undefined && id < this.vocabSize);
  }

  /** This model with another priority than decoding, or for reading `ahead` of the writer's keys. */
  withPriority(priority: Priority, ahead = false): TextModel {
    return this.#as((sequences, options, signal) => this.forward(sequences, { ...options, ahead }, signal, priority));
  }

  /**
   * This model for generating one text reproducibly. At 8 and 4 bits logits depend slightly on how many tokens were
   * read together, so the text is read from its beginning, always in the same steps.
   */
  repeatable(): TextModel {
    let afresh = true;
    return this.#as((sequences, options, signal) => {
      const reading = this.forward(sequences, { ...options, stepwise: true, afresh }, signal);
      afresh = false;
      return reading;
    });
  }

  async forward(
    sequences: readonly (readonly number[])[],
    options: ReadOptions = {},
    signal?: AbortSignal,
    priority: Priority = 1,
  ): Promise<Forward[]> {
    const windows = sequences.map((ids) => this.#window(ids));
    const [{ length }] = windows;
    if (length === 0 || windows.some((ids) => ids.length !== length)) {
      throw new Error('Sequences of one batch must have the same length, at least 1.');
    }
    const lastN = Math.min(options.lastN ?? 1, length);
    const { hidden = false, stepwise = hidden, afresh = false, ahead = false } = options;
    const how = { lastN, hidden, stepwise, afresh, ahead };
    return windows.length === 1
      ? [await this.#forwardOne(windows[0], how, signal, priority)]
      : this.#forwardBatch(windows, how, signal, priority);
  }

  /**
   * Calls back with the logits after each token from position `from` on, in order and with low priority; at most one
   * chunk of them is in memory.
   * @param ids at most `contextLength` tokens
   * @param stepwise if equal texts must give equal logits
   */
  async forEachPosition(
    ids: readonly number[],
    from: number,
    visit: (position: number, logits: Float32Array) => void,
    { signal, stepwise = false }: { readonly signal?: AbortSignal; readonly stepwise?: boolean } = {},
  ): Promise<void> {
    const slot = this.#slots.borrow(ids, BACKGROUND);
    try {
      dropUnfit(slot, { stepwise });
      truncate(slot, Math.min(commonPrefix(slot.cache.tokens[0], ids), from));
      await this.#read(slot, ids.slice(0, from), 1, signal, BACKGROUND, { stepwise });
      while (slot.cache.length < ids.length) {
        const start = slot.cache.length;
        const chunk = ids.slice(start, start + SCORING_CHUNK);
        const logits = await this.#advance(slot, chunk, chunk.length, signal, BACKGROUND);
        chunk.forEach((_, i) => {
          visit(start + i, logits.subarray(i * this.vocabSize, (i + 1) * this.vocabSize));
        });
      }
    } finally {
      this.#slots.release(slot);
    }
  }

  /**
   * The model's internals at the last token. `capacity` is that of the cache, which determines the shape of the
   * attention.
   */
  async inspect(
    ids: readonly number[],
    signal?: AbortSignal,
  ): Promise<{ result: Internals & { readonly logits: Float32Array }; capacity: number }> {
    const slot = this.#slots.borrow(ids, 1);
    try {
      truncate(slot, Math.min(commonPrefix(slot.cache.tokens[0], ids), ids.length - 1));
      await this.#read(slot, ids.slice(0, -1), 1, signal, 1);
      const result = await this.#lock.take(1, signal, () =>
        this.#session.stepWithInternals(slot.cache, [ids.slice(-1)], 1),
      );
      keepLogits(slot, result.logits.slice());
      return { result, capacity: slot.cache.capacity };
    } finally {
      this.#slots.release(slot);
    }
  }

  /** Runs a task that uses the session directly, exclusively. */
  exclusively<T>(priority: Priority, signal: AbortSignal | undefined, task: (session: Session) => Promise<T>) {
    return this.#lock.take(priority, signal, () => task(this.#session));
  }

  async #forwardOne(
    ids: readonly number[],
    options: Required<ReadOptions>,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Forward> {
    const { lastN, hidden } = options;
    const slot = this.#slots.borrow(ids, priority);
    try {
      const { cache } = slot;
      dropUnfit(slot, options);
      const common = commonPrefix(cache.tokens[0], ids);
      let logits: Float32Array | undefined =
        lastN === 1 && common === ids.length ? keptLogits(slot, common)?.slice() : undefined;
      if (!logits) {
        truncate(slot, Math.min(common, ids.length - lastN));
        logits = await this.#read(slot, ids, lastN, signal, priority, options);
      }
      const states = () => ({ count: ids.length, values: cache.hidden.slice(0, ids.length * cache.shape.width) });
      return { logits, hidden: hidden ? states() : undefined };
    } finally {
      this.#slots.release(slot);
    }
  }

  /**
   * Extends a slot from its present text to all of `ids`; returns the logits of the last `lastN` positions.
   * @param stepwise required for hidden states, as only ordinary steps compute them
   */
  async #read(
    slot: KvSlot,
    ids: readonly number[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
    { stepwise = false, ahead = false }: Pick<ReadOptions, 'stepwise' | 'ahead'> = {},
  ): Promise<Float32Array> {
    const { cache } = slot;
    cache.reserve(ids.length);
    const end = ids.length - lastN;
    while (!stepwise && this.#session.canRead && end - cache.length >= LEAST_READ) {
      const chunk = ids.slice(cache.length, cache.length + this.#pace.next(end - cache.length, ahead));
      slot.readAt = Math.min(slot.readAt, cache.length);
      await this.#lock.take(priority, signal, async () => {
        const startedAt = performance.now();
        await this.#session.read(cache, chunk);
        this.#pace.ran(chunk.length, performance.now() - startedAt);
      });
    }
    let logits: Float32Array = new Float32Array(0);
    while (cache.length < ids.length) {
      const rest = ids.length - cache.length;
      // All positions whose logits are needed must be in the last chunk.
      const take = rest <= PREFILL_CHUNK || rest <= lastN ? rest : Math.min(PREFILL_CHUNK, rest - lastN);
      const wanted = take === rest ? lastN : 1;
      const chunk = ids.slice(cache.length, cache.length + take);
      logits = await this.#advance(slot, chunk, wanted, signal, priority);
    }
    return logits;
  }

  /** Reads one chunk of a slot's text, and caches the logits after its last token. */
  async #advance(
    slot: KvSlot,
    chunk: readonly number[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Float32Array> {
    const logits = await this.#step(slot.cache, [chunk], lastN, signal, priority);
    keepLogits(slot, logits.slice(-this.vocabSize));
    return logits;
  }

  async #forwardBatch(
    sequences: readonly (readonly number[])[],
    options: Required<ReadOptions>,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Forward[]> {
    const { lastN, hidden, stepwise, afresh } = options;
    const rows = sequences.length;
    const most = sequences[0].length - lastN;
    const reusable = this.#batch?.cache.rows === rows && !this.#batch.inUse;
    const cache = this.#batch && reusable ? this.#batch.cache : this.#session.newCache(rows);
    if (afresh || (hidden && !cache.hasHidden) || (stepwise && !this.#batch?.stepwise)) cache.truncate(0);
    const batch = { cache, stepwise, inUse: true };
    this.#batch = batch;
    try {
      const parents = sequences.map((ids) => closest(cache.tokens, ids));
      const kept = sequences.reduce(
        (least, ids, i) => Math.min(least, commonPrefix(cache.tokens[parents[i]], ids)),
        most,
      );
      const shared = sequences.reduce((least, ids) => Math.min(least, commonPrefix(ids, sequences[0])), most);
      if (kept >= shared) {
        cache.adopt(cache, parents, kept);
      } else {
        await this.#adoptShared(cache, sequences[0].slice(0, shared), options, signal, priority);
      }
      cache.reserve(sequences[0].length);
      const logits = await this.#readRows(cache, sequences, lastN, signal, priority);
      const size = lastN * this.vocabSize;
      const { width } = cache.shape;
      return sequences.map((ids, row) => {
        const from = row * cache.capacity * width;
        const states = () => ({ count: ids.length, values: cache.hidden.slice(from, from + ids.length * width) });
        return { logits: logits.subarray(row * size, (row + 1) * size), hidden: hidden ? states() : undefined };
      });
    } finally {
      batch.inUse = false;
    }
  }

  /** Extends a batch to all of its sequences, with fewer tokens per run the more rows there are. */
  async #readRows(
    cache: KvCache,
    sequences: readonly (readonly number[])[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Float32Array> {
    const most = Math.max(1, Math.floor(PREFILL_CHUNK / cache.rows));
    const read = (to: number, wanted: number) => {
      const fresh = sequences.map((ids) => ids.slice(cache.length, to));
      return this.#step(cache, fresh, wanted, signal, priority);
    };
    const last = sequences[0].length - lastN;
    while (last - cache.length > most) await read(cache.length + most, 1);
    return read(sequences[0].length, lastN);
  }

  /** Reads the common prefix of all rows once, and copies it to each. */
  async #adoptShared(
    cache: KvCache,
    shared: readonly number[],
    options: Required<ReadOptions>,
    signal: AbortSignal | undefined,
    priority: Priority,
  ) {
    const everyRow = Array.from({ length: cache.rows }, () => 0);
    if (shared.length === 0) {
      cache.truncate(0);
      return;
    }
    const slot = this.#slots.borrow(shared, priority);
    try {
      dropUnfit(slot, options);
      const common = commonPrefix(slot.cache.tokens[0], shared);
      if (common < shared.length) {
        truncate(slot, common);
        await this.#read(slot, shared, 1, signal, priority, options);
      }
      cache.adopt(slot.cache, everyRow, shared.length);
    } finally {
      this.#slots.release(slot);
    }
  }

  #step(
    cache: KvCache,
    ids: readonly (readonly number[])[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Float32Array> {
    return this.#lock.take(priority, signal, () => this.#session.step(cache, ids, lastN));
  }

  #as(forward: TextModel['forward']): TextModel {
    const { vocabSize, contextLength, eosTokenId, tokenizer } = this;
    return { vocabSize, contextLength, eosTokenId, tokenizer, forward };
  }

  /** The part of a long text that fits the context. */
  #window(ids: readonly number[]): readonly number[] {
    const start = contextWindowStart(ids.length, this.contextLength);
    return start === 0 ? ids : ids.slice(start);
  }
}

/** The row with the longest common prefix with `ids`. */
function closest(rows: readonly (readonly number[])[], ids: readonly number[]): number {
  let best = 0;
  for (let row = 1; row < rows.length; row++) {
    if (commonPrefix(rows[row], ids) > commonPrefix(rows[best], ids)) best = row;
  }
  return best;
}

/** Drops the part of a slot that was read in a way these options do not allow. */
function dropUnfit(slot: KvSlot, { hidden, stepwise, afresh }: ReadOptions): void {
  if (afresh || (hidden && !slot.cache.hasHidden)) truncate(slot, 0);
  if (stepwise && slot.readAt < slot.cache.length) truncate(slot, slot.readAt);
}
