import http, { type Agent, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { StoreError, systemCode } from '../errors';
import { Body } from './body';
import { parseRetryAfter, TransientError } from './retry';

/** The agent to reach an address with; none for the default one. */
export type ChooseAgent = (url: URL) => Agent | undefined;

/** An answer whose body is read or destroyed by whoever asked. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  readonly url: URL;
}

/** The answers to one request: the redirects that were followed, and where they ended. */
export interface Exchange {
  readonly redirects: readonly Answer[];
  readonly final: Answer;
}

export interface RequestOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Record<string, string>;
  /** Goes to the origin of the first address only, never to one it redirects to. */
  readonly token?: string;
  readonly agent?: ChooseAgent;
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for an answer's head. */
  readonly timeoutMs: number;
  /** A redirect that already says enough; storage may sign its addresses for GET alone. */
  readonly stopAt?: (answer: Answer) => boolean;
}

const mostRedirects = 10;

/**
 * Sends a request and follows redirects one by one. The token stays with the first origin, and an address that was
 * https never becomes http. Rejects with a `TransientError` when there is no answer. VS Code lays its proxy and
 * certificate settings under `node:http` and `node:https` of the extension host, in every version Inkling supports.
 */
export async function request(address: string, options: RequestOptions): Promise<Exchange> {
  const first = new URL(address);
  const redirects: Answer[] = [];
  let url = first;
  for (;;) {
    const headers: Record<string, string> = { ...options.headers, 'accept-encoding': 'identity' };
    if (options.token !== undefined && url.origin === first.origin) {
      headers.authorization = `Bearer ${options.token}`;
    }
    const answer = await send(url, { ...options, headers });
    const { location } = answer.headers;
    const final = answer.status < 300 || answer.status > 399 || location === undefined;
    if (final || options.stopAt?.(answer)) {
      return { redirects, final: answer };
    }
    answer.body.destroy();
    redirects.push(answer);
    if (redirects.length > mostRedirects) {
      throw new StoreError('network', `${first.host} redirects in circles. The server is at fault; try again later.`);
    }
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new StoreError('network', `${url.host} redirects to an unprotected address (${next.origin}): refused.`);
    }
    url = next;
  }
}

async function send(url: URL, { method, headers, agent, signal, timeoutMs }: RequestOptions): Promise<Answer> {
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const signals = signal ? [signal, timeout.signal] : [timeout.signal];
  try {
    return await new Promise((resolve, reject) => {
      const module = url.protocol === 'https:' ? https : http;
      const options = { method, headers, agent: agent?.(url), signal: AbortSignal.any(signals) };
      const request = module.request(url, options, (message) => {
        const { statusCode = 0, headers } = message;
        resolve({ status: statusCode, headers, body: new Body(message), url });
      });
      request.on('error', reject);
      request.end();
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw timeout.signal.aborted
      ? new TransientError(`${url.host} does not answer`, undefined, { cause: error })
      : connectionFailure(url, error);
  } finally {
    clearTimeout(timer);
  }
}

function connectionFailure(url: URL, error: unknown): Error {
  const code = systemCode(error);
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return new StoreError(
      'network',
      `The certificate of ${url.host} is not trusted (${code}). A company proxy that inspects traffic needs its root ` +
        'certificate in the system store, or in the file NODE_EXTRA_CA_CERTS names.',
      { cause: error },
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new TransientError(`${url.hostname} cannot be found: is this machine online?`, undefined, { cause: error });
  }
  return new TransientError(`the connection to ${url.host} failed${code ? ` (${code})` : ''}`, undefined, {
    cause: error,
  });
}

/** The error for an answer that is not a success; `what` names what was asked for, as in `owner/name`. */
export function statusError({ status, headers, url }: Answer, what: string): StoreError | TransientError {
  if (status === 401) {
    return new StoreError(
      'sign-in',
      `${url.host} wants a sign-in for ${what}, or has no such model. Check the name; for a private model set HF_TOKEN ` +
        'or the token in the settings.',
    );
  }
  if (status === 403) {
    return new StoreError(
      'forbidden',
      `${url.host} refuses ${what}. Its terms may have to be accepted on the model's page first, and HF_TOKEN set.`,
    );
  }
  if (status === 404 || status === 410) {
    return new StoreError('not-found', `${url.host} has no ${what}.`);
  }
  if (status === 407) {
    return new StoreError('network', 'The proxy wants a sign-in (407). Put user and password into its address.');
  }
  const retryAfter = parseRetryAfter(headers['retry-after']);
  if (status === 429) {
    return new TransientError(`${url.host} asks for a pause (429)`, retryAfter);
  }
  if (status >= 500 || status === 408) {
    return new TransientError(`${url.host} has a problem (${status})`, retryAfter);
  }
  return new StoreError('network', `${url.host} answered ${status} for ${what}.`);
}
