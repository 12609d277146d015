import type { Forward, ForwardOptions, LanguageModel } from '../core/decoding/model';
import { END_OF_TEXT } from '../core/tokenizer';
import { commonPrefix, KvCache } from './kvCache';
import type { Internals, Session } from './session';
import { type Priority, Turns } from './turns';

/** Tokens of one run while a text is read: long enough to be fast, short enough to be cancelled soon. */
const PREFILL_CHUNK = 128;
/** Fewer where every position's logits (200 kB each) are wanted. */
const SCORING_CHUNK = 32;
/** Texts remembered at once: what ghost text reads, what the panel reads, what the heat map reads. */
const REMEMBERED_TEXTS = 3;

interface Slot {
  readonly cache: KvCache;
  /** Logits after the last token, so that asking twice runs once. */
  logits?: Float32Array;
  inUse: boolean;
  usedAt: number;
  /** Of the one who used it last. */
  priority: Priority;
}

/**
 * A GPT-2 that remembers what it has read. A request names the whole text; the model keeps the longest prefix it has
 * in common with a remembered one and runs only what is new.
 */
export class CachedModel implements LanguageModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly eosTokenId: number | undefined;
  readonly #turns = new Turns();
  readonly #slots: Slot[] = [];
  #batch: KvCache | undefined;
  #batchInUse = false;
  #clock = 0;

  constructor(private readonly session: Session) {
    this.vocabSize = session.config.vocab_size;
    this.contextLength = session.config.n_positions;
    this.eosTokenId = END_OF_TEXT < this.vocabSize ? END_OF_TEXT : undefined;
  }

  /** This model for callers that are more or less urgent than decoding. */
  withPriority(priority: Priority): LanguageModel {
    return {
      vocabSize: this.vocabSize,
      contextLength: this.contextLength,
      eosTokenId: this.eosTokenId,
      forward: (sequences, options, signal) => this.forward(sequences, options, signal, priority),
    };
  }

  async forward(
    sequences: readonly (readonly number[])[],
    options: ForwardOptions = {},
    signal?: AbortSignal,
    priority: Priority = 1,
  ): Promise<Forward[]> {
    const windows = sequences.map((ids) => this.#window(ids));
    const [{ length }] = windows;
    if (length === 0 || windows.some((ids) => ids.length !== length)) {
      throw new Error('Sequences of one batch must have the same length, at least 1.');
    }
    const lastN = Math.min(options.lastN ?? 1, length);
    return windows.length === 1
      ? [await this.#forwardOne(windows[0], lastN, options.hidden ?? false, signal, priority)]
      : this.#forwardBatch(windows, lastN, options.hidden ?? false, signal, priority);
  }

  /**
   * Logits after each token from position `from` on, in order; no more than a chunk of them is ever in memory.
   * @param ids at most `contextLength` tokens
   */
  async forEachPosition(
    ids: readonly number[],
    from: number,
    visit: (position: number, logits: Float32Array) => void,
    signal?: AbortSignal,
    priority: Priority = 2,
  ): Promise<void> {
    const slot = this.#borrow(ids, priority);
    try {
      slot.cache.truncate(Math.min(commonPrefix(slot.cache.tokens[0], ids), from));
      await this.#read(slot, ids.slice(0, from), 1, signal, priority);
      while (slot.cache.length < ids.length) {
        const start = slot.cache.length;
        const chunk = ids.slice(start, start + SCORING_CHUNK);
        const logits = await this.#step(slot.cache, [chunk], chunk.length, signal, priority);
        chunk.forEach((_, i) => {
          visit(start + i, logits.subarray(i * this.vocabSize, (i + 1) * this.vocabSize));
        });
        slot.logits = logits.slice((chunk.length - 1) * this.vocabSize);
      }
    } finally {
      slot.inUse = false;
    }
  }

  /** What went on inside at the last token; `capacity` is that of the cache it was run after. */
  async inspect(
    ids: readonly number[],
    signal?: AbortSignal,
  ): Promise<{ result: Internals & { readonly logits: Float32Array }; capacity: number }> {
    const slot = this.#borrow(ids, 1);
    try {
      slot.cache.truncate(Math.min(commonPrefix(slot.cache.tokens[0], ids), ids.length - 1));
      await this.#read(slot, ids.slice(0, -1), 1, signal, 1);
      const result = await this.#turns.take(1, signal, () =>
        this.session.stepWithInternals(slot.cache, [ids.slice(-1)], 1),
      );
      slot.logits = result.logits;
      return { result, capacity: slot.cache.capacity };
    } finally {
      slot.inUse = false;
    }
  }

  /** Runs a task that needs the session itself, in turn with all others. */
  exclusively<T>(priority: Priority, signal: AbortSignal | undefined, task: (session: Session) => Promise<T>) {
    return this.#turns.take(priority, signal, () => task(this.session));
  }

  async #forwardOne(
    ids: readonly number[],
    lastN: number,
    hidden: boolean,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Forward> {
    const slot = this.#borrow(ids, priority);
    try {
      const { cache } = slot;
      const common = commonPrefix(cache.tokens[0], ids);
      const known = lastN === 1 && common === ids.length && common === cache.length;
      if (!known || !slot.logits) {
        cache.truncate(Math.min(common, ids.length - lastN));
        slot.logits = undefined;
      }
      const logits = slot.logits ?? (await this.#read(slot, ids, lastN, signal, priority));
      return { logits, hidden: hidden ? cache.hidden.slice(0, ids.length * cache.shape.width) : undefined };
    } finally {
      slot.inUse = false;
    }
  }

  /** Brings a slot from what it holds of `ids` to all of it; returns the logits of the last `lastN` positions. */
  async #read(
    slot: Slot,
    ids: readonly number[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Float32Array> {
    const { cache } = slot;
    cache.reserve(ids.length);
    let logits: Float32Array = new Float32Array(0);
    while (cache.length < ids.length) {
      slot.logits = undefined;
      const rest = ids.length - cache.length;
      // The positions that want logits must lie in the last chunk.
      const take = rest <= PREFILL_CHUNK || rest <= lastN ? rest : Math.min(PREFILL_CHUNK, rest - lastN);
      const wanted = take === rest ? lastN : 1;
      const chunk = ids.slice(cache.length, cache.length + take);
      logits = await this.#step(cache, [chunk], wanted, signal, priority);
    }
    if (logits.length > 0) slot.logits = logits.slice(-this.vocabSize);
    return logits;
  }

  async #forwardBatch(
    sequences: readonly (readonly number[])[],
    lastN: number,
    hidden: boolean,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Forward[]> {
    const rows = sequences.length;
    const most = sequences[0].length - lastN;
    const cache = this.#batch?.rows === rows && !this.#batchInUse ? this.#batch : new KvCache(this.session.shape, rows);
    this.#batch = cache;
    this.#batchInUse = true;
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
        await this.#adoptShared(cache, sequences[0].slice(0, shared), signal, priority);
      }
      cache.reserve(sequences[0].length);
      const fresh = sequences.map((ids) => ids.slice(cache.length));
      const logits = await this.#step(cache, fresh, lastN, signal, priority);
      const size = lastN * this.vocabSize;
      const { width } = cache.shape;
      return sequences.map((ids, row) => {
        const from = row * cache.capacity * width;
        return {
          logits: logits.subarray(row * size, (row + 1) * size),
          hidden: hidden ? cache.hidden.slice(from, from + ids.length * width) : undefined,
        };
      });
    } finally {
      this.#batchInUse = false;
    }
  }

  /** Reads what all rows share once, and copies it to each of them. */
  async #adoptShared(cache: KvCache, shared: readonly number[], signal: AbortSignal | undefined, priority: Priority) {
    const everyRow = Array.from({ length: cache.rows }, () => 0);
    if (shared.length === 0) {
      cache.truncate(0);
      return;
    }
    const slot = this.#borrow(shared, priority);
    try {
      const common = commonPrefix(slot.cache.tokens[0], shared);
      if (common < shared.length) {
        slot.cache.truncate(common);
        await this.#read(slot, shared, 1, signal, priority);
      }
      cache.adopt(slot.cache, everyRow, shared.length);
    } finally {
      slot.inUse = false;
    }
  }

  #step(
    cache: KvCache,
    ids: readonly (readonly number[])[],
    lastN: number,
    signal: AbortSignal | undefined,
    priority: Priority,
  ): Promise<Float32Array> {
    return this.#turns.take(priority, signal, () => this.session.step(cache, ids, lastN));
  }

  /**
   * The free slot that remembers most of `ids`. Where none remembers much, the oldest one is forgotten, but never one
   * of somebody more urgent: a heat map that reads a book must not cost the writer a keystroke.
   */
  #borrow(ids: readonly number[], priority: Priority): Slot {
    const free = this.#slots.filter((slot) => !slot.inUse);
    const common = (slot: Slot) => commonPrefix(slot.cache.tokens[0], ids);
    const closest = free.reduce<Slot | undefined>((a, b) => (a && common(a) >= common(b) ? a : b), undefined);
    const another = !closest || common(closest) < Math.min(ids.length, closest.cache.length) / 2;
    const slot = another ? (this.#forgettable(free, priority) ?? this.#newSlot(priority)) : closest;
    slot.inUse = true;
    slot.usedAt = ++this.#clock;
    slot.priority = Math.min(slot.priority, priority) as Priority;
    return slot;
  }

  #forgettable(free: readonly Slot[], priority: Priority): Slot | undefined {
    if (this.#slots.length < REMEMBERED_TEXTS) return undefined;
    const ours = free.filter((slot) => slot.priority >= priority);
    const oldest = ours.reduce<Slot | undefined>((a, b) => (a && a.usedAt <= b.usedAt ? a : b), undefined);
    if (oldest) oldest.priority = priority;
    return oldest;
  }

  #newSlot(priority: Priority): Slot {
    const slot = { cache: this.session.newCache(), inUse: false, usedAt: 0, priority };
    this.#slots.push(slot);
    return slot;
  }

  /**
   * The part of a long text that the model sees. Its start moves in steps of a quarter of the context and depends on
   * the length alone, so that a text that grows token by token is read again only once a quarter.
   */
  #window(ids: readonly number[]): readonly number[] {
    const excess = ids.length - this.contextLength;
    if (excess <= 0) return ids;
    const stride = Math.max(1, Math.floor(this.contextLength / 4));
    return ids.slice(Math.ceil(excess / stride) * stride);
  }
}

/** The row that has most in common with `ids`. */
function closest(rows: readonly (readonly number[])[], ids: readonly number[]): number {
  let best = 0;
  for (let row = 1; row < rows.length; row++) {
    if (commonPrefix(rows[row], ids) > commonPrefix(rows[best], ids)) best = row;
  }
  return best;
}
