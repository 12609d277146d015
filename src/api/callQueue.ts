/** Calls that may be in the queue at once. */
const MOST_WAITING = 32;

/** Lets calls through one at a time, in the order in which they came. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Runs `work` when its turn comes. A call whose signal fires while it waits ends at once, and gives its place up.
   * @throws RangeError when too many calls wait already
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) {
      throw new RangeError(
        `Inkling has ${MOST_WAITING} calls of other extensions to answer already: await the answers.`,
      );
    }
    const before = this.#last;
    const answer = takeTurn(before, signal, work);
    // A call that left the queue must not let the next one begin before the one before it has ended.
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
