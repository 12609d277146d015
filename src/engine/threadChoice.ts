/** A model that can run with different numbers of threads. */
export interface Threaded {
  /** Milliseconds per token with this many threads. Sessions opened for this stay open until `useThreads`. */
  timeThreads(threads: number): Promise<number>;
  /** Uses this many threads from the next run on, and closes all other sessions. */
  useThreads(threads: number): Promise<void>;
}

/** Each number is timed this often, in turn, and its best time counts. */
const ROUNDS = 3;
/** More threads are chosen only if they are this many times as fast: they take the processor from other programs. */
const GAIN = 1.1;
/**
 * A new choice is due when the median time of the last `TOKENS` tokens is more than `CHANGED` times that at the last
 * choice, or less than its inverse.
 */
const TOKENS = 16;
const CHANGED = 1.6;

/**
 * Chooses by measurement between one thread and the maximum allowed: at the start, and whenever the time per token
 * changes, which shows that other programs started or stopped using the processors. Measures only while nothing runs.
 */
export class ThreadChoice {
  readonly #model: Threaded;
  readonly #most: number;
  /** The time per token at the last choice; undefined before. */
  #chosenMs: number | undefined;
  #latest: number[] = [];
  #choosing = false;

  /** @param most maximum number of threads from the settings */
  constructor(model: Threaded, most: number) {
    this.#model = model;
    this.#most = most;
  }

  /** Whether a measurement is due. */
  get isDue(): boolean {
    if (this.#most <= 1 || this.#choosing) return false;
    if (this.#chosenMs === undefined) return true;
    if (this.#latest.length < TOKENS) return false;
    const median = [...this.#latest].sort((a, b) => a - b)[TOKENS >> 1];
    return median > this.#chosenMs * CHANGED || median < this.#chosenMs / CHANGED;
  }

  /** Records the duration of a run over one token. */
  ran(ms: number): void {
    this.#latest.push(ms);
    if (this.#latest.length > TOKENS) this.#latest.shift();
  }

  /** Call when no work is in progress. Measures if that is due. */
  async whenIdle(): Promise<void> {
    if (!this.isDue) return;
    this.#choosing = true;
    try {
      const [few, many] = await this.#measured();
      const isWorth = many * GAIN <= few;
      await this.#model.useThreads(isWorth ? this.#most : 1);
      this.#chosenMs = isWorth ? many : few;
      this.#latest = [];
    } finally {
      this.#choosing = false;
    }
  }

  async #measured(): Promise<readonly [few: number, many: number]> {
    let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < ROUNDS; round++) {
      few = Math.min(few, await this.#model.timeThreads(1));
      many = Math.min(many, await this.#model.timeThreads(this.#most));
    }
    return [few, many];
  }
}
