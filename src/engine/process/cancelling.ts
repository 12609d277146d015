import type { Generation, GenerationEvent } from '../api';

/** Settles like the promise, or rejects as soon as the signal fires. */
export async function unlessAborted(promise: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The outcome of a cancelled call: the result of `cutShort` if given, else an error with the signal's reason. */
export function cancelled<T>(signal: AbortSignal, cutShort: (() => T) | undefined): T {
  if (cutShort) return cutShort();
  throw signal.reason;
}

/** A generation as reported by its events so far. */
export class HeardGeneration {
  #text = '';
  readonly #ids: number[] = [];
  readonly #logprobs: number[] = [];

  add(event: GenerationEvent): void {
    if (event.kind !== 'token') return;
    this.#text += event.text;
    this.#ids.push(event.id);
    this.#logprobs.push(event.logprob);
  }

  sum(): Generation {
    const [text, ids, logprobs, finish] = [this.#text, this.#ids, this.#logprobs, 'cancelled'] as const;
    const score = logprobs.reduce((sum, logprob) => sum + logprob, 0);
    return { text, ids, logprobs, finish, sequences: ids.length > 0 ? [{ text, ids, score, finish }] : [] };
  }
}
