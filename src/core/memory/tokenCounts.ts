/** How often each token occurs. */
export class TokenCounts {
  total = 0;
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
    if (this.#listed[id] === 1) return;
    this.#listed[id] = 1;
    this.tokens.push(id);
  }

  /** By token id; to be read only. */
  get counts(): Int32Array {
    return this.#counts;
  }

  clear(): void {
    for (const id of this.tokens) {
      this.#counts[id] = 0;
      this.#listed[id] = 0;
    }
    this.tokens.length = 0;
    this.total = 0;
  }
}
