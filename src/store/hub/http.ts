import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { StoreError, systemCode } from '../errors';
import { Body } from './body';
import { TransientError } from './retry';

/** The agent to reach an address with; none for the default one. */
export type ChooseAgent = (url: URL) => Agent | undefined;

/** An answer whose body is read or destroyed by whoever asked. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked, where the server packed it. */
  readonly body: Body;
  /** The server packed the body although it was asked not to: lengths and ranges of the answer are not the file's. */
  readonly packed: boolean;
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

const MOST_REDIRECTS = 10;

/**
 * Sends a request and follows redirects one by one. The token stays with the first origin, and an address that was
 * https never becomes http. VS Code lays its proxy and certificate settings under `node:http` and `node:https` of the
 * extension host, in every version Inkling supports; `fetch` and a bundled `undici` would go around them.
 * @throws TransientError when there is no answer; StoreError when asking again cannot help
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
    const isFinal = answer.status < 300 || answer.status > 399 || location === undefined;
    if (isFinal || options.stopAt?.(answer)) {
      return { redirects, final: answer };
    }
    answer.body.destroy();
    redirects.push(answer);
    if (redirects.length > MOST_REDIRECTS) {
      throw new StoreError(
        'network',
        l10n.t('{0} redirects in circles. The server is at fault; try again later.', first.host),
      );
    }
    url = redirectTarget(location, url);
  }
}

/**
 * Where a redirect leads.
 * @throws StoreError for what is no web address, and from https to http
 */
export function redirectTarget(location: string, from: URL): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = JSON.stringify(location.slice(0, 80));
    throw new StoreError(
      'network',
      l10n.t(
        '{0} redirects to {1}, which is no web address. The server is at fault; try again later.',
        from.host,
        shown,
      ),
    );
  }
  if (from.protocol === 'https:' && url.protocol !== 'https:') {
    throw new StoreError(
      'network',
      l10n.t('{0} redirects to an unprotected address ({1}): refused.', from.host, url.origin),
    );
  }
  return url;
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
        try {
          resolve(answerOf(message, url, method));
        } catch (error) {
          message.destroy();
          reject(error);
        }
      });
      request.on('error', reject);
      request.end();
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof StoreError) {
      throw error;
    }
    throw timeout.signal.aborted
      ? new TransientError(l10n.t('{0} does not answer.', url.host), undefined, { cause: error })
      : connectionFailure(url, error);
  } finally {
    clearTimeout(timer);
  }
}

function answerOf(message: IncomingMessage, url: URL, method: RequestOptions['method']): Answer {
  const { statusCode: status = 0, headers } = message;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  const packed = encoding !== '' && encoding !== 'identity';
  // The body of a HEAD answer is empty, whatever its head says.
  const content = packed && method === 'GET' ? unpack(message, encoding, url) : message;
  return { status, headers, body: new Body(content, url.host), packed, url };
}

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

function unpack(message: IncomingMessage, encoding: string, url: URL): Readable {
  const unpacker = UNPACKERS[encoding];
  if (unpacker === undefined) {
    throw new StoreError(
      'network',
      l10n.t(
        '{0} packs files in a way that was not asked for ({1}), so they cannot be read.',
        url.host,
        encoding.slice(0, 40),
      ),
    );
  }
  // The body reports how it ended.
  return pipeline(message, unpacker(), () => {});
}

function connectionFailure(url: URL, cause: unknown): Error {
  const code = systemCode(cause);
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return new StoreError(
      'network',
      l10n.t(
        'The certificate of {0} is not trusted ({1}). A company proxy that inspects traffic needs its root certificate in the system store, or in the file NODE_EXTRA_CA_CERTS names.',
        url.host,
        code,
      ),
      { cause },
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new TransientError(l10n.t('{0} cannot be found: is this machine online?', url.hostname), undefined, {
      cause,
    });
  }
  return new TransientError(l10n.t('The connection to {0} failed ({1}).', url.host, code ?? String(cause)), undefined, {
    cause,
  });
}
