const TICK_MS = 1000;

export interface WatchdogOptions {
  /** Requests a sign of life. */
  readonly ping: () => void;
  /** Called when there was no sign of life for the allowed number of ticks; watching has stopped then. */
  readonly onSilence: () => void;
}

/**
 * Notices that a process has stopped answering: it is asked for a sign of life every second. Silence is counted in
 * ticks of this process's own timer and not by a clock, so that a machine that slept has not been silent.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #silentTicks = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Begins to watch, or goes on with other patience. @param seconds of silence that are too many */
  watch(seconds: number): void {
    clearInterval(this.#timer);
    this.#silentTicks = 0;
    this.#timer = setInterval(() => this.#tick(seconds), TICK_MS);
    this.#timer.unref();
  }

  /** Call when the process has sent anything. */
  heard(): void {
    this.#silentTicks = 0;
  }

  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get isWatching(): boolean {
    return this.#timer !== undefined;
  }

  #tick(seconds: number): void {
    if (this.#silentTicks >= seconds) {
      this.rest();
      this.#options.onSilence();
      return;
    }
    this.#silentTicks++;
    this.#options.ping();
  }
}
