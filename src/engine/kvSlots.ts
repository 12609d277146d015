import { commonPrefix, type KvCache } from './kvCache';
import type { Priority } from './priorityLock';

/** Cached texts: one each for ghost text, panel and heat map. */
const REMEMBERED_TEXTS = 3;
/**
 * Upper bound, reached when more texts are read at the same time, or when all cached ones have a more urgent priority.
 */
const MOST_REMEMBERED = REMEMBERED_TEXTS + 2;

/** A cached text. */
export interface KvSlot {
  readonly cache: KvCache;
  /**
   * Logits after the first n tokens for some n, so that requesting them again needs no run, even after a suggestion was
   * generated from there. Least recently used entries are dropped.
   */
  readonly logits: Map<number, Float32Array>;
  /**
   * Index of the first token that was read in a long run: from there on keys and values differ slightly from those of
   * single steps.
   */
  readAt: number;
  inUse: boolean;
  usedAt: number;
  /** The most urgent priority with which the present text was read (0 is the most urgent). */
  priority: Priority;
}

/** The texts cached by a model; each is lent to one reader at a time. */
export class KvSlots {
  readonly #newCache: () => KvCache;
  #slots: KvSlot[] = [];
  #clock = 0;

  constructor(newCache: () => KvCache) {
    this.#newCache = newCache;
  }

  /**
   * The free slot with the longest common prefix with `ids`. If none has much in common, the oldest one is cleared, but
   * never one of a more urgent priority: a heat map of a book must not slow down the writer's typing.
   */
  borrow(ids: readonly number[], priority: Priority): KvSlot {
    const free = this.#slots.filter((slot) => !slot.inUse);
    const common = (slot: KvSlot) => commonPrefix(slot.cache.tokens[0], ids);
    const closest = free.reduce<KvSlot | undefined>((a, b) => (a && common(a) >= common(b) ? a : b), undefined);
    const another = !closest || common(closest) < Math.min(ids.length, closest.cache.length) / 2;
    const slot = another ? (this.#forgettable(free, priority) ?? this.#newSlot(priority)) : closest;
    slot.inUse = true;
    slot.usedAt = ++this.#clock;
    slot.priority = Math.min(slot.priority, priority) as Priority;
    return slot;
  }

  /** Returns a slot. If there are more than `MOST_REMEMBERED`, the least urgent and oldest are dropped. */
  release(slot: KvSlot): void {
    slot.inUse = false;
    while (this.#slots.length > MOST_REMEMBERED) {
      const least = this.#slots.reduce((a, b) => ((b.priority - a.priority || a.usedAt - b.usedAt) > 0 ? b : a));
      // A slot in use is dropped when it is returned.
      if (least.inUse) return;
      this.#slots = this.#slots.filter((each) => each !== least);
    }
  }

  #forgettable(free: readonly KvSlot[], priority: Priority): KvSlot | undefined {
    if (this.#slots.length < REMEMBERED_TEXTS) return undefined;
    const ours = free.filter((slot) => slot.priority >= priority);
    const oldest = ours.reduce<KvSlot | undefined>((a, b) => (a && a.usedAt <= b.usedAt ? a : b), undefined);
    if (oldest) oldest.priority = priority;
    return oldest;
  }

  #newSlot(priority: Priority): KvSlot {
    const slot: KvSlot = {
      cache: this.#newCache(),
      logits: new Map(),
      readAt: Infinity,
      inUse: false,
      usedAt: 0,
      priority,
    };
    this.#slots.push(slot);
    return slot;
  }
}

/** Positions of a text whose logits (200 kB each) are cached. */
const REMEMBERED_LOGITS = 8;

/** Caches the logits after the cache's last token. */
export function keepLogits(slot: KvSlot, logits: Float32Array): void {
  keep(slot, slot.cache.length, logits);
}

/** The logits after the first `length` tokens, if cached. */
export function keptLogits(slot: KvSlot, length: number): Float32Array | undefined {
  const known = slot.logits.get(length);
  if (known) keep(slot, length, known);
  return known;
}

function keep({ logits }: KvSlot, length: number, values: Float32Array): void {
  logits.delete(length);
  logits.set(length, values);
  const [oldest] = logits.keys();
  if (logits.size > REMEMBERED_LOGITS) logits.delete(oldest);
}

/** Truncates a slot to `length` tokens, and drops its logits. */
export function truncate(slot: KvSlot, length: number): void {
  for (const at of [...slot.logits.keys()]) if (at > length) slot.logits.delete(at);
  if (length <= slot.readAt) slot.readAt = Infinity;
  slot.cache.truncate(length);
}
