import type { TokenCounts } from './tokenCounts';
import type { TokenIndex } from './tokenIndex';

/**
 * Groups of texts: the document itself, the files in its folder, all other files. Places of `NOBODY` are never looked
 * at.
 */
export const NOBODY = 0;
export const DOCUMENT = 1;
export const NEAR = 2;
export const FAR = 3;
export const GROUPS = [DOCUMENT, NEAR, FAR] as const;
export type Group = (typeof GROUPS)[number];

/** A match counts for every one of these lengths that it reaches, in tokens. */
export const LENGTHS = [1, 2, 3, 4, 6, 9] as const;
/** Places examined per order and group; twice as many would change hardly anything. */
const PLACES = 64;
const CELLS = GROUPS.length * LENGTHS.length;

/** An earlier place that ends like the text: where the next token stood then. */
export interface EarlierPlace {
  readonly index: TokenIndex;
  readonly position: number;
  readonly group: Group;
  /** Tokens before it that are those before the cursor. */
  readonly length: number;
}

/** Where to look for places, and whose text each is in. */
export interface Source {
  readonly index: TokenIndex;
  /** The group of each owner in the index, by its number. */
  readonly groups: ArrayLike<number>;
  /** The groups that have tokens in it. */
  readonly holds: readonly number[];
}

/** What followed the places that end like a text: counts by token, group and length of the match. */
export class Evidence {
  /** The different tokens that followed. */
  readonly tokens: number[] = [];
  /** For each of `tokens` the place with the longest match, the newest of equals. */
  readonly places: EarlierPlace[] = [];
  /** For each cell (a group and a length): how many tokens followed, how many different ones, how often the most frequent. */
  readonly totals = new Float64Array(CELLS);
  readonly kinds = new Float64Array(CELLS);
  readonly most = new Float64Array(CELLS);
  /** For each cell, the most frequent token. */
  readonly favourites = new Int32Array(CELLS);
  readonly #slots = new Map<number, number>();
  /** `[tokens, cells]` */
  readonly #counts: number[] = [];

  /**
   * @param history the last tokens of the text; a dozen are enough
   * @param words of each group, as `GROUPS` orders them
   */
  constructor(
    readonly history: readonly number[],
    sources: readonly Source[],
    readonly words: readonly TokenCounts[],
  ) {
    for (const { index, groups, holds } of sources) {
      index.matches(history, groups, holds, PLACES, (position, group, length) => {
        this.#add(index, position, group as Group, length);
      });
    }
    this.#sum();
  }

  /** How often a token followed in a cell. */
  count(slot: number, cell: number): number {
    return this.#counts[slot * CELLS + cell];
  }

  /** The index of a token in `tokens`; undefined when it never followed. */
  slotOf(id: number): number | undefined {
    return this.#slots.get(id);
  }

  /** Takes a token out, as if it had never followed. */
  remove(id: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#counts.fill(0, slot * CELLS, (slot + 1) * CELLS);
    this.#sumTotals();
  }

  #add(index: TokenIndex, position: number, group: Group, length: number): void {
    const id = index.idAt(position);
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = this.tokens.push(id) - 1;
      this.#slots.set(id, slot);
      for (let cell = 0; cell < CELLS; cell++) this.#counts.push(0);
    }
    this.#counts[slot * CELLS + cellOf(group, levelOf(length))]++;
    if (!this.places[slot] || length > this.places[slot].length) this.places[slot] = { index, position, group, length };
  }

  /** Makes the counts of a length those of all matches that reach it. */
  #sum(): void {
    for (let row = 0; row < this.#counts.length; row += LENGTHS.length) {
      for (let level = LENGTHS.length - 2; level >= 0; level--) {
        this.#counts[row + level] += this.#counts[row + level + 1];
      }
    }
    this.#sumTotals();
  }

  #sumTotals(): void {
    this.totals.fill(0);
    this.kinds.fill(0);
    this.most.fill(0);
    this.#counts.forEach((count, i) => {
      if (count === 0) return;
      const cell = i % CELLS;
      this.totals[cell] += count;
      this.kinds[cell]++;
      if (count <= this.most[cell]) return;
      this.most[cell] = count;
      this.favourites[cell] = this.tokens[Math.floor(i / CELLS)];
    });
  }
}

/** The cell of a group and a length, in all arrays by cells. */
export function cellOf(group: Group, level: number): number {
  return (group - 1) * LENGTHS.length + level;
}

function levelOf(length: number): number {
  let level = LENGTHS.length - 1;
  while (LENGTHS[level] > length) level--;
  return level;
}
