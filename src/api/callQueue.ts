/** Limit of calls in the queue. */
const MOST_WAITING = 32;

/** Runs calls one at a time, in order. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Runs `work` when its turn comes. If the signal fires before that, rejects at once and leaves the queue.
   * @throws RangeError when too many calls are waiting
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) {
      throw new RangeError(
        `Inkling has ${MOST_WAITING} calls of other extensions to answer already: await the answers.`,
      );
    }
    const before = this.#last;
    const answer = takeTurn(before, signal, work);
    // A call that left the queue must not let the next one start before the previous one has ended.
    this.#last = Promise.allSettled([before, answer]);
    this.#waiting++;
    try {
      return await answer;
    } finally {
      this.#waiting--;
    }
  }
}

async function takeTurn<T>(before: Promise<unknown>, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const left = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  await Promise.race([before, left]);
  return work();
}
