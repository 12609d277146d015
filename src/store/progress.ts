export type Phase = 'waiting' | 'download' | 'compile' | 'self-test';

/** Progress of an installation. */
export interface Progress {
  readonly phase: Phase;
  /** Bytes done and in total; both 0 in phases without a size. */
  readonly done: number;
  readonly total: number;
  /** What the phase is working on or waiting for, if worth showing. */
  readonly detail?: string;
  /** Milliseconds until the next attempt, while waiting for one. */
  readonly waitMs?: number;
}

export type OnProgress = (progress: Progress) => void;

const WINDOW_MS = 10_000;

/**
 * Transfer rate over the last seconds. Uses differences only, as a resumed download starts with bytes already present.
 */
export class RateMeter {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];
  readonly #now: () => number;

  /** @param now monotonic clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Bytes per second and seconds left; undefined until there are two samples, and after a restart from zero. */
  update(done: number, total: number): { readonly bytesPerSecond: number; readonly secondsLeft: number } | undefined {
    const at = this.#now();
    if (this.#samples.length > 0 && done < this.#samples[this.#samples.length - 1].done) {
      this.#samples.length = 0;
    }
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - this.#samples[0].at > WINDOW_MS) {
      this.#samples.shift();
    }
    const first = this.#samples[0];
    if (at === first.at || done === first.done) {
      return undefined;
    }
    const bytesPerSecond = ((done - first.done) * 1000) / (at - first.at);
    return { bytesPerSecond, secondsLeft: (total - done) / bytesPerSecond };
  }
}
