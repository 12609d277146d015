/** Orders of the contexts by which earlier places are found: the last token, the last two, the last four. */
const ORDERS = [1, 2, 4] as const;
/** Matches are measured up to this many tokens. */
export const LONGEST_MATCH = 12;
/** Stands in the log between texts, in place of a token. No history holds it, so no match reaches across it. */
export const BREAK = -1;
const FIRST_CAPACITY = 1024;
const NONE = -1;
const GROWTH = 1.125;
/** Hash tables grow by this factor when more than a share of `FULL` of their slots is taken. */
const GROWTH_OF_TABLES = 1.5;
const FULL = 0.75;
/** Limits the steps along a list, as a multiple of the places that may be visited (`cap`). */
const LONGEST_WALK = 4;

/** Hears of an earlier place: where it is, its group, and how many tokens before it are those before the cursor. */
export type OnMatch = (position: number, group: number, length: number) => void;

/**
 * A log of tokens in which earlier places with the same preceding tokens are found, newest first: suffix matches of up
 * to `LONGEST_MATCH` tokens. Each token belongs to an owner, a small number; tokens of owner 0 are context but are
 * never found. Three linked lists run through the log, one per order, so that adding a token takes constant time and
 * about 33 bytes in all.
 */
export class TokenIndex {
  #ids = new Int32Array(FIRST_CAPACITY);
  #owners = new Uint16Array(FIRST_CAPACITY);
  /** For each order, the place before this one with the same context. */
  readonly #previous = ORDERS.map(() => new Int32Array(FIRST_CAPACITY));
  /** For each order, by open addressing, the newest place with a context. */
  readonly #tables = ORDERS.map(() => new Int32Array(FIRST_CAPACITY).fill(NONE));
  readonly #contexts = ORDERS.map(() => 0);
  #length = 0;

  /** Tokens in the log, including those of owner 0. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that the log and its lists take. */
  get bytes(): number {
    const arrays = [this.#ids, this.#owners, ...this.#previous, ...this.#tables];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  idAt(position: number): number {
    return this.#ids[position];
  }

  ownerAt(position: number): number {
    return this.#owners[position];
  }

  /** Adds a token after the last one. */
  push(id: number, owner: number): void {
    const position = this.#length;
    if (position === this.#ids.length) this.#grow();
    this.#ids[position] = id;
    this.#owners[position] = owner;
    this.#length++;
    for (let order = 0; order < ORDERS.length; order++) {
      this.#previous[order][position] = position < ORDERS[order] ? NONE : this.#link(order, position);
    }
  }

  /** Assigns tokens to owner 0, so that they are no longer found. */
  disown(from: number, to: number): void {
    this.#owners.fill(0, from, to);
  }

  /**
   * Visits places with the same token before them as the end of `history`, newest first, each once. Of each group of
   * owners at most `cap` places are visited for each order, and no list is followed for more than a few times that.
   * @param groups the group of each owner by its number
   * @param wanted the groups to visit, of those that have tokens here: when all have been served, no list is followed further
   */
  matches(
    history: ArrayLike<number>,
    groups: ArrayLike<number>,
    wanted: readonly number[],
    cap: number,
    visit: OnMatch,
  ): void {
    // A place of a longer list is also among the first of the shorter ones: it is left to the longest.
    let shorterThan = LONGEST_MATCH + 1;
    for (let order = ORDERS.length - 1; order >= 0; order--) {
      if (history.length >= ORDERS[order]) {
        this.#follow(order, history, groups, wanted, cap, (position, group) => {
          const length = this.#matchLength(position, history);
          if (length < shorterThan) visit(position, group, length);
        });
      }
      shorterThan = ORDERS[order];
    }
  }

  #follow(
    order: number,
    history: ArrayLike<number>,
    groups: ArrayLike<number>,
    wanted: readonly number[],
    cap: number,
    visit: (position: number, group: number) => void,
  ): void {
    const left = new Float64Array(Math.max(0, ...wanted) + 1);
    for (const group of wanted) left[group] = cap;
    let places = wanted.length * cap;
    const previous = this.#previous[order];
    let position = this.#newest(order, history);
    for (let steps = cap * LONGEST_WALK; position !== NONE && steps > 0 && places > 0; steps--) {
      const group = groups[this.#owners[position]];
      if (left[group] > 0) {
        left[group]--;
        places--;
        visit(position, group);
      }
      position = previous[position];
    }
  }

  /** The newest place that follows the last tokens of `history`. */
  #newest(order: number, history: ArrayLike<number>): number {
    const slot = this.#slot(order, history, history.length);
    return this.#tables[order][slot];
  }

  /** Makes `position` the newest place of its context; returns the one before. */
  #link(order: number, position: number): number {
    let slot = this.#slot(order, this.#ids, position);
    const before = this.#tables[order][slot];
    if (before === NONE && ++this.#contexts[order] > this.#tables[order].length * FULL) {
      this.#rehash(order);
      slot = this.#slot(order, this.#ids, position);
    }
    this.#tables[order][slot] = position;
    return before;
  }

  /** The slot of a table that holds the context which ends before `end`, or the free one where it belongs. */
  #slot(order: number, ids: ArrayLike<number>, end: number): number {
    const table = this.#tables[order];
    const tokens = ORDERS[order];
    let hash = 0;
    for (let i = end - tokens; i < end; i++) hash = Math.imul(hash ^ ids[i], 0x9e3779b1) ^ (hash >>> 15);
    let slot = (hash >>> 0) % table.length;
    for (;;) {
      const position = table[slot];
      if (position === NONE || this.#sameContext(position, ids, end, tokens)) return slot;
      slot = slot + 1 === table.length ? 0 : slot + 1;
    }
  }

  #sameContext(position: number, ids: ArrayLike<number>, end: number, tokens: number): boolean {
    for (let back = 1; back <= tokens; back++) {
      if (this.#ids[position - back] !== ids[end - back]) return false;
    }
    return true;
  }

  #matchLength(position: number, history: ArrayLike<number>): number {
    const most = Math.min(LONGEST_MATCH, position, history.length);
    let length = 1;
    while (length < most && this.#ids[position - 1 - length] === history[history.length - 1 - length]) length++;
    return length;
  }

  #rehash(order: number): void {
    const old = this.#tables[order];
    const table = new Int32Array(Math.ceil(old.length * GROWTH_OF_TABLES)).fill(NONE);
    this.#tables[order] = table;
    for (const position of old) {
      if (position !== NONE) table[this.#slot(order, this.#ids, position)] = position;
    }
  }

  #grow(): void {
    const capacity = Math.ceil(this.#ids.length * GROWTH);
    this.#ids = copied(this.#ids, new Int32Array(capacity));
    this.#owners = copied(this.#owners, new Uint16Array(capacity));
    for (let order = 0; order < ORDERS.length; order++) {
      this.#previous[order] = copied(this.#previous[order], new Int32Array(capacity));
    }
  }
}

function copied<T extends Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
