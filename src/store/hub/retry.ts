import { setTimeout as delay } from 'node:timers/promises';

/** A failure that another attempt may not meet: a cut, a busy server, no network for a moment. */
export class TransientError extends Error {
  override readonly name = 'TransientError';

  constructor(
    message: string,
    /** How long the server asked to be left alone, in milliseconds. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface RetryOptions {
  /** Attempts without any progress before giving up. */
  readonly attempts?: number;
  /** Wait before the second attempt in milliseconds; doubles with every further one, up to 30 s. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
  /** Told about every wait before it begins. */
  readonly onWait?: (reason: string, ms: number) => void;
}

const longestBackoffMs = 30_000;
/** A server that wants a longer rest than this is reported to the user instead. */
const longestRetryAfterMs = 5 * 60_000;

/** Counts failures in a row and waits between attempts; progress forgives all of them. */
export class Retrier {
  private failures = 0;

  constructor(private readonly options: RetryOptions = {}) {}

  progressed(): void {
    this.failures = 0;
  }

  /** Returns when it is time for another attempt; rethrows what is not transient, or has happened too often. */
  async failed(error: unknown): Promise<void> {
    const { attempts = 6, backoffMs = 500, signal, onWait } = this.options;
    signal?.throwIfAborted();
    this.failures++;
    if (!(error instanceof TransientError) || this.failures >= attempts) {
      throw error;
    }
    if (error.retryAfterMs !== undefined && error.retryAfterMs > longestRetryAfterMs) {
      throw error;
    }
    const wait = error.retryAfterMs ?? Math.min(backoffMs * 2 ** (this.failures - 1), longestBackoffMs);
    onWait?.(error.message, wait);
    await delay(wait, undefined, { signal });
  }
}

/** Runs `work` until it succeeds, fails for good, or the attempts are used up. */
export async function retrying<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const retrier = new Retrier(options);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await retrier.failed(error);
    }
  }
}

/** `Retry-After` in milliseconds: a number of seconds or a date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
