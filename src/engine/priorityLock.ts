/** Order of those waiting for the model: ghost text, then the panel, then background work. */
export type Priority = 0 | 1 | 2;
export const BACKGROUND: Priority = 2;

/** Runs one task at a time, the most urgent first, in order of arrival within a priority. */
export class PriorityLock {
  readonly #waiting: { priority: Priority; start: () => void }[] = [];
  #busy = false;

  /** Runs `task` exclusively. The signal is checked again when its turn comes. */
  async take<T>(priority: Priority, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    // Messages that arrived while a run blocked this thread, cancellations above all, are handled before the next run.
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
      // Deferred, as the caller that has just finished may ask again at once, and precedes less urgent ones.
      setImmediate(() => this.#startNext());
    }
  }

  #startNext(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#busy = false;
  }
}
