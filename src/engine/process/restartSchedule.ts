/** Pauses before the first, second, third, ... restart after a crash, in ms; the last one repeats. */
const PAUSES_MS = [250, 2_000, 10_000, 60_000];
/** However long the pause is, a call may restart the process this many ms after its crash. */
export const SOONEST_MS = 5_000;

/** Decides when a crashed process restarts: automatically after a pause, or earlier with the next call. */
export class RestartSchedule {
  /** Consecutive crashes. */
  #crashes = 0;
  #mayStart = false;
  readonly #timers: NodeJS.Timeout[] = [];

  /** Whether a call may restart the process before the pause is over. */
  get mayStart(): boolean {
    return this.#mayStart;
  }

  /**
   * Schedules a restart after a crash.
   * @returns milliseconds until `start` is called
   */
  crashed(start: () => void): number {
    this.cancel();
    const pause = PAUSES_MS[Math.min(this.#crashes++, PAUSES_MS.length - 1)];
    const allow = () => {
      this.#mayStart = true;
    };
    this.#timers.push(setTimeout(start, pause).unref(), setTimeout(allow, Math.min(pause, SOONEST_MS)).unref());
    return pause;
  }

  /** Cancels the scheduled restart, because the process is started or no longer wanted. */
  cancel(): void {
    this.#mayStart = false;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  /** The process has worked: the next crash starts a new series. */
  worked(): void {
    this.#crashes = 0;
  }
}
