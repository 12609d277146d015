export type Phase = 'waiting' | 'download' | 'compile' | 'self-test';

/** One step of an installation. */
export interface Progress {
  readonly phase: Phase;
  /** Bytes done and to do; both 0 where a phase has none. */
  readonly done: number;
  readonly total: number;
  /** What the phase is busy with or waits for, when that needs saying. */
  readonly detail?: string;
  /** Milliseconds until the next attempt, while one is waited for. */
  readonly waitMs?: number;
}

export type OnProgress = (progress: Progress) => void;

const WINDOW_MS = 10_000;

/** Transfer rate over the last seconds. A resumed download starts with bytes it did not transfer, so only differences count. */
export class RateMeter {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];
  readonly #now: () => number;

  /** @param now milliseconds, on any clock that does not jump */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Bytes per second and seconds left, once two samples lie apart; undefined before that and after a restart from zero. */
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
