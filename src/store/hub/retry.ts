import type { IncomingHttpHeaders } from 'node:http';
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
  /** Attempts without any progress before giving up; pauses that the server asks for are not failures. */
  readonly attempts?: number;
  /** Wait before the second attempt in milliseconds; doubles with every further one, up to 30 s. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
  /** Told about every wait before it begins. */
  readonly onWait?: (reason: string, ms: number) => void;
}

const LONGEST_BACKOFF_MS = 30_000;
/** A server that wants a longer rest, in one piece or in several, is reported to the user instead. */
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Counts failures in a row and waits between attempts; progress forgives all of them. */
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

  /** Returns when it is time for another attempt; rethrows what is not transient, or has happened too often. */
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

/**
 * How long an answer asks to be left alone, in milliseconds: `Retry-After` (RFC 9110, section 10.2.3), or the time until
 * a quota that is used up is filled again (`RateLimit`, draft-ietf-httpapi-ratelimit-headers, as the hub sends it).
 */
export function pauseOf(headers: IncomingHttpHeaders, now: number = Date.now()): number | undefined {
  // A date is one of the server's clock, which need not be that of this machine.
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

/** `"resolvers";r=0;t=20`, one item for each quota: what remains of it, and the seconds until it is full again. */
function parseRateLimit(headers: IncomingHttpHeaders): number | undefined {
  const waits: number[] = [];
  for (const item of String(headers.ratelimit ?? '').split(',')) {
    const remaining = /;\s*r=(\d+)/.exec(item)?.[1];
    const seconds = /;\s*t=(\d+)/.exec(item)?.[1];
    if (seconds !== undefined && Number(remaining ?? 0) === 0) {
      waits.push(Number(seconds) * 1000);
    }
  }
  // Earlier drafts have fields of their own, or one of the form `limit=100, remaining=0, reset=20`.
  const reset =
    /^\s*(\d+)\s*$/.exec(String(headers['ratelimit-reset'] ?? ''))?.[1] ??
    /(?:^|,)\s*reset=(\d+)/.exec(String(headers.ratelimit ?? ''))?.[1];
  if (waits.length === 0 && reset !== undefined) {
    waits.push(Number(reset) * 1000);
  }
  return waits.length > 0 ? Math.max(...waits) : undefined;
}
