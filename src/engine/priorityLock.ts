/** Who goes first when several wait for the model: ghost text, then the panel, then work in the background. */
export type Priority = 0 | 1 | 2;
export const BACKGROUND: Priority = 2;

/** Lets one run at a time through, the most urgent first, in order of arrival among equals. */
export class PriorityLock {
  readonly #waiting: { priority: Priority; start: () => void }[] = [];
  #busy = false;

  /** Runs `task` exclusively. The signal is checked again when its turn comes. */
  async take<T>(priority: Priority, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    // Messages that came while a run blocked this thread, cancellations above all, are handled before the next run.
    await new Promise<void>((start) => {
      if (this.#busy) {
        const after = this.#waiting.findIndex((other) => other.priority > priority);
        this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, { priority, start });
      } else {
        this.#busy = true;
        setImmediate(start);
      }
    });
    try {
      signal?.throwIfAborted();
      return await task();
    } finally {
      // Started a little later: the caller that has just run may ask again at once, and goes before less urgent ones.
      setImmediate(() => this.#startNext());
    }
  }

  #startNext(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#busy = false;
  }
}
