/** Pauses before the first, second, third, ... start after a crash, in ms; the last one is repeated. */
const PAUSES_MS = [250, 2_000, 10_000, 60_000];
/** However long the pause is, a call may start the process this many ms after its crash. */
export const SOONEST_MS = 5_000;

/** When a process that has crashed is started again: by itself after a pause, or earlier by the next call. */
export class RestartSchedule {
  /** Crashes in a row. */
  #crashes = 0;
  #mayStart = false;
  readonly #timers: NodeJS.Timeout[] = [];

  /** Whether a call may start the process although its pause is not over. */
  get mayStart(): boolean {
    return this.#mayStart;
  }

  /**
   * Plans the start after a crash.
   * @returns in how many ms `start` will be called
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

  /** Forgets the start that was planned, because the process is being started or is not wanted. */
  cancel(): void {
    this.#mayStart = false;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  /** The process has worked: the next crash is the first of a new row. */
  worked(): void {
    this.#crashes = 0;
  }
}
