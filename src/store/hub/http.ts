import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { StoreError, systemCode } from '../errors';
import { Body } from './body';
import { TransientError } from './retry';

/** Chooses the agent for a URL; undefined for the default agent. */
export type ChooseAgent = (url: URL) => Agent | undefined;

/** A response whose body the caller must read or destroy. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed if the server compressed it. */
  readonly body: Body;
  /** The server compressed the body although it was asked not to, so lengths and ranges are not those of the file. */
  readonly packed: boolean;
  readonly url: URL;
}

/** The responses to one request: the redirects followed, and the final response. */
export interface Exchange {
  readonly redirects: readonly Answer[];
  readonly final: Answer;
}

export interface RequestOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Record<string, string>;
  /** Sent to the origin of the first URL only, never to a redirect's target. */
  readonly token?: string;
  readonly agent?: ChooseAgent;
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for the response's head. */
  readonly timeoutMs: number;
  /** Stops at a redirect that already holds what is needed; storage may sign its URLs for GET only. */
  readonly stopAt?: (answer: Answer) => boolean;
}

const MOST_REDIRECTS = 10;

/**
 * Sends a request and follows redirects. The token stays with the first origin, and https never falls back to http.
 * Uses `node:http` and `node:https`, because VS Code patches its proxy and certificate settings into these; `fetch` or
 * a bundled `undici` would bypass them.
 * @throws TransientError when there is no response; StoreError when a retry cannot help
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
 * Resolves a redirect.
 * @throws StoreError for an invalid URL, and for a redirect from https to http
 */
export function redirectTarget(given: string, from: URL): URL {
  const location = asUtf8(given);
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

/** Node decodes headers as Latin-1, while servers write other alphabets in UTF-8. */
function asUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

/** Limit of a response's head; some proxies add more than Node's own limit of 16 KB. */
const MOST_HEADER_BYTES = 2 ** 17;

async function send(url: URL, { method, headers, agent, signal, timeoutMs }: RequestOptions): Promise<Answer> {
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const signals = signal ? [signal, timeout.signal] : [timeout.signal];
  try {
    return await new Promise((resolve, reject) => {
      const module = url.protocol === 'https:' ? https : http;
      const options = {
        method,
        headers,
        agent: agent?.(url),
        signal: AbortSignal.any(signals),
        maxHeaderSize: MOST_HEADER_BYTES,
      };
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
  const codings = codingsOf(headers['content-encoding']);
  const packed = codings.length > 0;
  // A HEAD response has no body, whatever its headers say.
  const content = packed && method === 'GET' ? unpack(message, codings, url) : message;
  return { status, headers, body: new Body(content, url.host), packed, url };
}

/** Codings that do not change the body. S3 leaves `aws-chunked` on files uploaded in parts. */
const NO_CODING = ['', 'identity', 'aws-chunked'];

/** The codings of a body, the outermost first. */
function codingsOf(header = ''): string[] {
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => !NO_CODING.includes(name)).reverse();
}

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: inflateEither,
  br: createBrotliDecompress,
};
/** Limit of nested codings; more are an attack. */
const MOST_CODINGS = 4;

function unpack(message: IncomingMessage, codings: readonly string[], url: URL): Readable {
  const unknown = codings.length > MOST_CODINGS || codings.some((name) => !Object.hasOwn(UNPACKERS, name));
  if (unknown) {
    throw new StoreError(
      'network',
      l10n.t(
        '{0} packs files in a way that was not asked for ({1}), so they cannot be read.',
        url.host,
        codings.toReversed().join(', ').slice(0, 40),
      ),
    );
  }
  // Errors surface on the body.
  return codings.reduce<Readable>((packed, name) => pipeline(packed, UNPACKERS[name](), () => {}), message);
}

/** Compression method in the low half of a zlib stream's first byte. */
const ZLIB_METHOD = 8;

/** "deflate" should be a zlib stream (RFC 9110, section 8.4.1.2), but some servers send raw deflate data. */
function inflateEither(): Transform {
  let inflate: Transform | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (inflate === undefined) {
        inflate = (chunk[0] & 0x0f) === ZLIB_METHOD ? createInflate() : createInflateRaw();
        inflate.on('data', (data) => this.push(data));
        inflate.on('error', (error) => this.destroy(error));
      }
      inflate.write(chunk, done);
    },
    flush(done) {
      if (inflate === undefined) {
        done();
      } else {
        inflate.once('end', done).end();
      }
    },
  });
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
