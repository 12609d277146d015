import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** A failure that a retry may avoid: a lost connection, a busy server, no network. */
export class TransientError extends Error {
  override readonly name = 'TransientError';

  constructor(
    message: string,
    /** Pause requested by the server, in milliseconds. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface RetryOptions {
  /** Attempts without progress before giving up; pauses requested by the server do not count. */
  readonly attempts?: number;
  /** Wait before the second attempt in milliseconds; doubles for each further one, up to 30 s. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
  /** Called before every wait. */
  readonly onWait?: (reason: string, ms: number) => void;
}

const LONGEST_BACKOFF_MS = 30_000;
/** Total pause, in one or several parts, beyond which the user is told instead. */
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Counts consecutive failures and waits between attempts; any progress resets the count. */
export class Retrier {
  readonly #options: RetryOptions;
  #failures = 0;
  #pausedMs = 0;

  constructor(options: RetryOptions = {}) {
    this.#options = options;
  }

  progressed(): void {
    this.#failures = 0;
    this.#pausedMs = 0;
  }

  /**
   * Resolves when it is time for another attempt; rethrows permanent errors, and transient ones after too many
   * attempts.
   */
  async failed(error: unknown): Promise<void> {
    const { attempts = 6, backoffMs = 500, signal, onWait } = this.#options;
    signal?.throwIfAborted();
    if (!(error instanceof TransientError)) {
      throw error;
    }
    const pauseMs = error.retryAfterMs ?? 0;
    this.#pausedMs += pauseMs;
    this.#failures += pauseMs > 0 ? 0 : 1;
    if (this.#failures >= attempts || this.#pausedMs > LONGEST_PAUSE_MS) {
      throw error;
    }
    const backoff = Math.min(backoffMs * 2 ** (this.#failures - 1), LONGEST_BACKOFF_MS);
    const wait = pauseMs > 0 ? pauseMs : backoff;
    onWait?.(error.message, wait);
    await delay(wait, undefined, { signal });
  }
}

/** Runs `work` until it succeeds, fails permanently, or the attempts are used up. */
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

/**
 * The pause that a response requests, in milliseconds: `Retry-After` (RFC 9110, section 10.2.3), or the time until an
 * exhausted quota is renewed (`RateLimit`, draft-ietf-httpapi-ratelimit-headers, as sent by the hub).
 */
export function pauseOf(headers: IncomingHttpHeaders, now: number = Date.now()): number | undefined {
  // Dates refer to the server's clock, which may differ from this machine's.
  const theirs = Date.parse(headers.date ?? '') || now;
  return parseRetryAfter(headers['retry-after'], theirs) ?? parseRateLimit(headers);
}

function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) {
    return undefined;
  }
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Parses `"resolvers";r=0;t=20`, one item per quota: the remaining amount, and seconds until it is renewed. */
function parseRateLimit(headers: IncomingHttpHeaders): number | undefined {
  const waits: number[] = [];
  for (const item of String(headers.ratelimit ?? '').split(',')) {
    const remaining = /;\s*r=(\d+)/.exec(item)?.[1];
    const seconds = /;\s*t=(\d+)/.exec(item)?.[1];
    if (seconds !== undefined && Number(remaining ?? 0) === 0) {
      waits.push(Number(seconds) * 1000);
    }
  }
  // Earlier drafts use separate fields, or one of the form `limit=100, remaining=0, reset=20`.
  const reset =
    /^\s*(\d+)\s*$/.exec(String(headers['ratelimit-reset'] ?? ''))?.[1] ??
    /(?:^|,)\s*reset=(\d+)/.exec(String(headers.ratelimit ?? ''))?.[1];
  if (waits.length === 0 && reset !== undefined) {
    waits.push(Number(reset) * 1000);
  }
  return waits.length > 0 ? Math.max(...waits) : undefined;
}
