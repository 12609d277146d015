import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import * as l10n from '@vscode/l10n';
import { createParser } from 'eventsource-parser';
import type { ServerAddress } from './address';
import { errorInStream, noServer, refusalOf, ServerError } from './serverError';

/** Chooses a proxy's agent for an address; nothing for a direct connection. */
export type ChooseAgent = (url: URL) => http.Agent | undefined;

export interface ConnectionOptions {
  readonly address: ServerAddress;
  /** Sent to this server alone; empty where it wants none. */
  readonly key: string;
  readonly chooseAgent?: ChooseAgent;
  /** Milliseconds without a byte after which a server counts as silent. */
  readonly silenceMs?: number;
}

export interface Ask {
  /** Sent as JSON with POST; without one it is a GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

const SILENCE_MS = 20_000;
/** Of an answer that is no stream; that of a long text's log-probabilities is some megabytes. */
const MOST_CHARACTERS = 256 * 2 ** 20;
/** Of one event of a stream; a token with all that is told of it has some kilobytes. */
const MOST_OF_EVENT = 2 ** 24;
/** A pool may hold some connections that the server has closed; each is tried once. */
const DEAD_CONNECTIONS = 4;

/** HTTP with one server: requests that can be taken back, JSON and server-sent events. It follows no redirection. */
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
   * The JSON of an answer.
   * @throws ServerError; an AbortError when `signal` fires
   */
  async json(path: string, ask: Ask = {}): Promise<unknown> {
    const response = await this.#answer(path, ask);
    const body = await this.#text(response, ask.signal);
    try {
      return JSON.parse(body);
    } catch {
      throw refusalOrPage(this.host, response, body);
    }
  }

  /**
   * The events of a stream, each as its JSON, up to `[DONE]` or the end. Whoever stops reading hangs up, and a server
   * that writes a stream stops its work then.
   * @throws ServerError; an AbortError when `signal` fires
   */
  async *events(path: string, ask: Ask): AsyncGenerator<Record<string, unknown>> {
    const response = await this.#answer(path, ask);
    try {
      const type = response.headers['content-type'] ?? '';
      if (!/event-stream/i.test(type)) {
        yield* this.#wholeAnswer(response, ask.signal);
        return;
      }
      const waiting: string[] = [];
      let read = 0;
      let isEndless = false;
      const parser = createParser({
        maxBufferSize: MOST_OF_EVENT,
        onEvent: ({ data }) => waiting.push(data),
        onError: ({ type }) => {
          isEndless ||= type === 'max-buffer-size-exceeded';
        },
      });
      const decoder = new TextDecoder();
      for await (const bytes of this.#bytes(response, ask.signal)) {
        parser.feed(decoder.decode(bytes, { stream: true }));
        read += bytes.length;
        if (isEndless || read > MOST_CHARACTERS) throw this.#endless();
        for (const data of waiting.splice(0)) {
          if (data.trim() === '[DONE]') return;
          yield this.#event(data);
        }
      }
    } finally {
      response.destroy();
    }
  }

  dispose(): void {
    this.#agent.destroy();
  }

  /** Some servers answer a request for a stream in one piece. */
  async *#wholeAnswer(response: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>> {
    const body = await this.#text(response, signal);
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch {
      throw refusalOrPage(this.host, response, body);
    }
    yield this.#object(answer);
  }

  #event(data: string): Record<string, unknown> {
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      throw new ServerError(
        'broken',
        l10n.t('{0} sends something else than completions: an event is no JSON.', this.host),
      );
    }
    return this.#object(event);
  }

  #object(event: unknown): Record<string, unknown> {
    if (typeof event !== 'object' || event === null) {
      throw new ServerError(
        'broken',
        l10n.t('{0} sends something else than completions: an event is no object.', this.host),
      );
    }
    if ('error' in event && event.error !== null) throw errorInStream(this.host, event.error);
    return event as Record<string, unknown>;
  }

  async #answer(path: string, ask: Ask): Promise<IncomingMessage> {
    const response = await this.#send(path, ask, DEAD_CONNECTIONS);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) return response;
    const body = await this.#text(response, ask.signal);
    throw refusalOf(this.host, { status, headers, body });
  }

  async #send(path: string, ask: Ask, tries: number): Promise<IncomingMessage> {
    ask.signal?.throwIfAborted();
    const { address, key, chooseAgent, silenceMs = SILENCE_MS } = this.#options;
    const url = new URL(path, address.root);
    const body = ask.body === undefined ? undefined : Buffer.from(JSON.stringify(ask.body));
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: body ? 'POST' : 'GET',
        agent: chooseAgent?.(url) ?? this.#agent,
        signal: ask.signal,
        headers: {
          accept: 'application/json, text/event-stream',
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
      request.once('error', (error: NodeJS.ErrnoException) => {
        if (ask.signal?.aborted) {
          reject(ask.signal.reason);
        } else if (error instanceof ServerError) {
          reject(error);
        } else if (request.reusedSocket && tries > 0) {
          // The server has closed a connection that was kept: no byte of an answer came, so it is asked again.
          this.#send(path, ask, tries - 1).then(resolve, reject);
        } else {
          reject(unreachable(this.host, error));
        }
      });
      request.end(body);
    });
  }

  #endless(): ServerError {
    return new ServerError('broken', l10n.t('The answer of {0} does not end.', this.host));
  }

  async *#bytes(response: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* response;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw error instanceof ServerError ? error : brokeOff(this.host);
    }
  }

  async #text(response: IncomingMessage, signal?: AbortSignal): Promise<string> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of this.#bytes(response, signal)) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > MOST_CHARACTERS) {
        response.destroy();
        throw this.#endless();
      }
    }
    return text + decoder.decode();
  }
}

/** An answer that ended before it was complete. */
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
