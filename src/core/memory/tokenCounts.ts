/**
 * If at least one token in this many is listed, looping over the whole vocabulary is faster than over the unordered
 * list.
 */
const DENSE = 3;

/** How often each token occurs. */
export class TokenCounts {
  total = 0;
  /**
   * A bound that no count exceeds. It is not lowered when counts are taken out, so the greatest count may be smaller.
   */
  most = 0;
  /** The token that reached it. */
  favourite: number | undefined;
  /** The tokens that occur, or did once, in no order. */
  readonly tokens: number[] = [];
  readonly #counts: Int32Array;
  readonly #listed: Uint8Array;

  constructor(vocabSize: number) {
    this.#counts = new Int32Array(vocabSize);
    this.#listed = new Uint8Array(vocabSize);
  }

  count(id: number): number {
    return this.#counts[id];
  }

  add(id: number, times = 1): void {
    this.#counts[id] += times;
    this.total += times;
    if (this.#counts[id] > this.most) {
      this.most = this.#counts[id];
      this.favourite = id;
    }
    if (this.#listed[id] === 1) return;
    this.#listed[id] = 1;
    this.tokens.push(id);
  }

  /** Adds every token's count, `scale` times, to what is in its place. A model may have more places than tokens. */
  addTo(weights: Float64Array, scale: number): void {
    const counts = this.#counts;
    if (this.tokens.length * DENSE < counts.length) {
      for (const id of this.tokens) weights[id] += scale * counts[id];
    } else {
      for (let id = 0; id < counts.length; id++) weights[id] += scale * counts[id];
    }
  }

  clear(): void {
    for (const id of this.tokens) {
      this.#counts[id] = 0;
      this.#listed[id] = 0;
    }
    this.tokens.length = 0;
    this.total = 0;
    this.most = 0;
    this.favourite = undefined;
  }
}
