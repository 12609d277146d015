/** The model's shape, as far as a cache depends on it. */
export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
  readonly width: number;
}

/** Extra capacity, so that not every keystroke makes the cache grow. */
const HEADROOM = 64;

/**
 * Keys and values of texts that the model has read: for each layer float32 `[rows, heads, capacity, headSize]`, of
 * which the first `length` positions are valid, and the final hidden state of each position. Truncating a text only
 * reduces `length`; the data stays until it is overwritten. Positions read with the reading graph have no hidden
 * states.
 */
export class KvCache {
  /** The token ids of each row, all of equal length. */
  readonly tokens: number[][];
  length = 0;
  capacity = 0;
  keys: Float32Array[] = [];
  values: Float32Array[] = [];
  /** `[rows, capacity, width]`; undefined content unless `hasHidden`. */
  hidden = new Float32Array(0);
  /** Whether the hidden state of every valid position is known. */
  hasHidden = true;

  constructor(
    readonly shape: CacheShape,
    readonly rows = 1,
  ) {
    this.tokens = Array.from({ length: rows }, () => []);
  }

  /** Ensures capacity for `positions`, keeping the valid ones. */
  reserve(positions: number): void {
    if (positions <= this.capacity && this.capacity > 0) return;
    const capacity = Math.ceil((positions + HEADROOM) / HEADROOM) * HEADROOM;
    const { layers, heads, headSize, width } = this.shape;
    const grow = (old: Float32Array | undefined, strips: number, size: number) => {
      const grown = new Float32Array(strips * capacity * size);
      for (let strip = 0; old && strip < strips; strip++) {
        const from = strip * this.capacity * size;
        grown.set(old.subarray(from, from + this.length * size), strip * capacity * size);
      }
      return grown;
    };
    for (let layer = 0; layer < layers; layer++) {
      this.keys[layer] = grow(this.keys[layer], this.rows * heads, headSize);
      this.values[layer] = grow(this.values[layer], this.rows * heads, headSize);
    }
    this.hidden = grow(this.hidden, this.rows, width);
    this.capacity = capacity;
  }

  truncate(length: number): void {
    this.length = Math.min(this.length, length);
    for (const row of this.tokens) row.length = this.length;
    this.hasHidden ||= this.length === 0;
  }

  /**
   * Appends the rows computed for new tokens.
   * @param ids the new tokens of each row, all of equal length
   * @param keys for each layer `[rows, heads, ids, headSize]`; `values` likewise
   * @param hidden `[rows, ids, width]`, if known
   */
  append(
    ids: readonly (readonly number[])[],
    keys: readonly Float32Array[],
    values: readonly Float32Array[],
    hidden?: Float32Array,
  ): void {
    const count = ids[0].length;
    const { heads, headSize, width } = this.shape;
    const write = (cache: Float32Array, fresh: Float32Array, strips: number, size: number) => {
      for (let strip = 0; strip < strips; strip++) {
        const part = fresh.subarray(strip * count * size, (strip + 1) * count * size);
        cache.set(part, (strip * this.capacity + this.length) * size);
      }
    };
    for (let layer = 0; layer < this.shape.layers; layer++) {
      write(this.keys[layer], keys[layer], this.rows * heads, headSize);
      write(this.values[layer], values[layer], this.rows * heads, headSize);
    }
    if (hidden) write(this.hidden, hidden, this.rows, width);
    else this.hasHidden = false;
    this.length += count;
    ids.forEach((fresh, row) => {
      this.tokens[row].push(...fresh);
    });
  }

  /** Sets every row `i` to the first `length` positions of row `parents[i]` of `source` (which may be this cache). */
  adopt(source: KvCache, parents: readonly number[], length: number): void {
    const tokens = parents.map((parent) => source.tokens[parent].slice(0, length));
    if (source === this) {
      this.#permute(parents, length);
    } else {
      this.length = 0;
      this.reserve(length);
      parents.forEach((parent, row) => {
        this.#copyRow(source, parent, row, 0, length);
      });
    }
    this.length = length;
    this.hasHidden = source.hasHidden || length === 0;
    tokens.forEach((ids, row) => {
      this.tokens[row] = ids;
    });
  }

  /** The rows share a prefix, so only positions after it move. */
  #permute(parents: readonly number[], length: number): void {
    if (parents.every((parent, row) => parent === row)) return;
    const shared = this.tokens.reduce((least, row) => Math.min(least, commonPrefix(row, this.tokens[0])), length);
    const before = new KvCache(this.shape, this.rows);
    before.capacity = length - shared;
    if (before.capacity === 0) return;
    const { layers, heads, headSize, width } = this.shape;
    const cut = (array: Float32Array, strips: number, size: number) => {
      const part = new Float32Array(strips * before.capacity * size);
      for (let strip = 0; strip < strips; strip++) {
        const from = (strip * this.capacity + shared) * size;
        part.set(array.subarray(from, from + before.capacity * size), strip * before.capacity * size);
      }
      return part;
    };
    for (let layer = 0; layer < layers; layer++) {
      before.keys[layer] = cut(this.keys[layer], this.rows * heads, headSize);
      before.values[layer] = cut(this.values[layer], this.rows * heads, headSize);
    }
    before.hidden = cut(this.hidden, this.rows, width);
    parents.forEach((parent, row) => {
      if (parent !== row) this.#copyRow(before, parent, row, shared, before.capacity);
    });
  }

  /** Copies the first `count` positions of a row of `source` to a row of this cache from position `at` on. */
  #copyRow(source: KvCache, from: number, to: number, at: number, count: number): void {
    const { layers, heads, headSize, width } = this.shape;
    const copy = (target: Float32Array, origin: Float32Array, strips: number, size: number) => {
      for (let strip = 0; strip < strips; strip++) {
        const start = (from * strips + strip) * source.capacity * size;
        const part = origin.subarray(start, start + count * size);
        target.set(part, ((to * strips + strip) * this.capacity + at) * size);
      }
    };
    for (let layer = 0; layer < layers; layer++) {
      copy(this.keys[layer], source.keys[layer], heads, headSize);
      copy(this.values[layer], source.values[layer], heads, headSize);
    }
    copy(this.hidden, source.hidden, 1, width);
  }
}

/** Length of the common prefix of two token sequences. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
