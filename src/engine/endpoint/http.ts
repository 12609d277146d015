import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import * as l10n from '@vscode/l10n';
import type { ServerAddress } from './address';
import { EventReader, readJson, type ServerEvent, unpacked } from './responseBody';
import { errorInStream, noServer, refusalOf, ServerError } from './serverError';

/** Chooses a proxy agent for a URL; undefined for a direct connection. */
export type ChooseAgent = (url: URL) => http.Agent | undefined;

export interface ConnectionOptions {
  readonly address: ServerAddress;
  /** API key; sent to this server only. Empty where it needs none. */
  readonly key: string;
  readonly chooseAgent?: ChooseAgent;
  /** Milliseconds without data after which the server counts as silent. */
  readonly silenceMs?: number;
}

export interface Ask {
  /** Sent as JSON with POST; without a body the request is a GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

const SILENCE_MS = 20_000;
/** Limit of a response; log-probabilities of a long text take some megabytes. */
const MOST_BYTES = 256 * 2 ** 20;
/** Status codes whose body is the result: some frameworks answer 201 to every POST. */
const WITH_ANSWER: ReadonlySet<number> = new Set([200, 201, 202, 203]);
/** A pool may hold several connections that the server has closed; the request is repeated for each. */
const DEAD_CONNECTIONS = 4;

/** HTTP connection to one server: abortable requests, JSON and server-sent events. Redirects are not followed. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #agent: http.Agent;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { protocol } = options.address.root;
    const pool = { keepAlive: true, scheduling: 'lifo' } as const;
    this.#agent = protocol === 'https:' ? new https.Agent(pool) : new http.Agent(pool);
  }

  get host(): string {
    return this.#options.address.host;
  }

  /**
   * Requests JSON.
   * @throws ServerError; an AbortError when `signal` fires
   */
  async json(path: string, ask: Ask = {}): Promise<unknown> {
    const response = await this.#answer(path, ask);
    return this.#read(response, await this.#text(response, ask.signal));
  }

  /**
   * Requests a stream and yields the JSON of its events, up to `[DONE]` or its end. Leaving the loop closes the
   * connection, which makes the server stop.
   * @throws ServerError; an AbortError when `signal` fires
   */
  async *events(path: string, ask: Ask): AsyncGenerator<Record<string, unknown>> {
    const response = await this.#answer(path, ask);
    try {
      const reader = new EventReader();
      /** The body so far, until it contains an event. */
      let eventless: string | undefined = '';
      for await (const text of this.#texts(response, ask.signal)) {
        if (eventless !== undefined) eventless += text;
        for (const event of reader.read(text)) {
          eventless = undefined;
          if (event.data.trim() === '[DONE]') return;
          yield this.#event(event);
        }
        if (reader.isEndless) throw this.#endless();
      }
      // Some servers answer with plain JSON instead of a stream, or label an error or a page as one.
      const isStream = /event-stream/i.test(response.headers['content-type'] ?? '');
      if (eventless && (!isStream || /^\s*[{[<]/.test(eventless))) yield this.#object(this.#read(response, eventless));
    } finally {
      response.destroy();
    }
  }

  dispose(): void {
    this.#agent.destroy();
  }

  #event({ event: kind, data }: ServerEvent): Record<string, unknown> {
    if (kind === 'error') throw errorInStream(this.host, data);
    try {
      return this.#object(readJson(data));
    } catch (error) {
      if (error instanceof ServerError) throw error;
      throw new ServerError(
        'broken',
        l10n.t('{0} sends something else than completions: an event is no JSON.', this.host),
      );
    }
  }

  #object(event: unknown): Record<string, unknown> {
    if (typeof event !== 'object' || event === null) {
      throw new ServerError(
        'broken',
        l10n.t('{0} sends something else than completions: an event is no object.', this.host),
      );
    }
    const { error = null, object } = event as Record<string, unknown>;
    if (error !== null || object === 'error') throw errorInStream(this.host, JSON.stringify(event));
    return event as Record<string, unknown>;
  }

  /** Parses a body as JSON. */
  #read(response: IncomingMessage, body: string): unknown {
    try {
      return readJson(body);
    } catch {
      throw refusalOrPage(this.host, response, body);
    }
  }

  async #answer(path: string, ask: Ask): Promise<IncomingMessage> {
    const response = await this.#send(path, ask, DEAD_CONNECTIONS);
    const { statusCode: status = 0, headers } = response;
    if (WITH_ANSWER.has(status)) return response;
    const body = await this.#text(response, ask.signal);
    throw refusalOf(this.host, { status, headers, body });
  }

  async #send(path: string, ask: Ask, tries: number): Promise<IncomingMessage> {
    ask.signal?.throwIfAborted();
    const { address, chooseAgent, silenceMs = SILENCE_MS } = this.#options;
    const key = this.#key();
    const url = new URL(path, address.root);
    url.search = address.query;
    const body = ask.body === undefined ? undefined : Buffer.from(JSON.stringify(ask.body));
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: body ? 'POST' : 'GET',
        agent: chooseAgent?.(url) ?? this.#agent,
        signal: ask.signal,
        headers: {
          accept: 'application/json, text/event-stream',
          'accept-encoding': 'identity',
          ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
          ...(key !== '' && { authorization: `Bearer ${key}` }),
        },
      });
      let response: IncomingMessage | undefined;
      request.setTimeout(silenceMs, () => (response ?? request).destroy(silent(this.host, silenceMs)));
      request.once('response', (answer: IncomingMessage) => {
        response = answer;
        resolve(answer);
      });
      let failed = false;
      // Neither `response` nor `error` is emitted when the server switches protocols (101).
      request.once('close', () => failed || reject(brokeOff(this.host)));
      request.once('error', (error: NodeJS.ErrnoException) => {
        failed = true;
        if (ask.signal?.aborted) {
          reject(ask.signal.reason);
        } else if (error instanceof ServerError) {
          reject(error);
        } else if (request.reusedSocket && tries > 0) {
          // The server closed a kept-alive connection before the first byte of an answer, so repeating is safe.
          this.#send(path, ask, tries - 1).then(resolve, reject);
        } else {
          reject(unreachable(this.host, error));
        }
      });
      request.end(body);
    });
  }

  /**
   * The key for the header, trimmed: keys copied from a file often end in a newline.
   * @throws ServerError for a key that no header may contain
   */
  #key(): string {
    const key = this.#options.key.trim();
    const sign = /[^\x20-\x7e]/u.exec(key)?.[0];
    if (sign === undefined) return key;
    throw new ServerError(
      'key',
      l10n.t(
        'The key for {0} holds {1}, which no key does. Set it again with “Inkling: Set Server Key”, or INKLING_SERVER_KEY in the terminal.',
        this.host,
        JSON.stringify(sign),
      ),
    );
  }

  #endless(): ServerError {
    return new ServerError('broken', l10n.t('The answer of {0} does not end.', this.host));
  }

  async *#texts(response: IncomingMessage, signal?: AbortSignal): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let read = 0;
    try {
      for await (const bytes of unpacked(response) as AsyncIterable<Buffer>) {
        read += bytes.length;
        if (read > MOST_BYTES) throw this.#endless();
        yield decoder.decode(bytes, { stream: true });
      }
    } catch (error) {
      response.destroy();
      if (signal?.aborted) throw signal.reason;
      throw error instanceof ServerError ? error : brokeOff(this.host);
    }
    yield decoder.decode();
  }

  async #text(response: IncomingMessage, signal?: AbortSignal): Promise<string> {
    let text = '';
    for await (const part of this.#texts(response, signal)) text += part;
    return text;
  }
}

/** The error of a response that ended early. */
export function brokeOff(host: string): ServerError {
  return new ServerError('broken', l10n.t('The answer of {0} broke off.', host));
}

function silent(host: string, ms: number): ServerError {
  return new ServerError(
    'slow',
    l10n.t('{0} has been silent for {1} s. It may be overloaded, or stuck.', host, Math.round(ms / 1000)),
  );
}

function unreachable(host: string, { code, message }: NodeJS.ErrnoException): ServerError {
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return new ServerError(
      'unreachable',
      l10n.t(
        'The certificate of {0} is not trusted ({1}). One that it made itself, or that of a company proxy, needs its root certificate in the system store, or in the file NODE_EXTRA_CA_CERTS names.',
        host,
        code,
      ),
    );
  }
  return new ServerError(
    'unreachable',
    l10n.t(
      '{0} cannot be reached ({1}). Check that the server runs, its address and your network.',
      host,
      code ?? message,
    ),
  );
}

function refusalOrPage(host: string, { statusCode: status = 0, headers }: IncomingMessage, body: string): ServerError {
  const error = refusalOf(host, { status, headers, body });
  return error.trouble === 'no-server' ? error : noServer(host, l10n.t('its answer is no JSON'));
}
