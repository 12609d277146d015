import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface SeenRequest {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** How the next answers go wrong. Lists are used up from the front, one entry for each GET of a large file. */
export interface Faults {
  /** Bytes of the body that leave before the connection is cut. */
  cutAfter: number[];
  /** Statuses the hub answers instead, for any request. */
  statuses: { readonly status: number; readonly headers?: Record<string, string> }[];
  ignoreRange: boolean;
  /** The hub redirects to itself for ever. */
  redirectLoop: boolean;
  /** Sends this many bytes at a time with a pause between. */
  trickle: { readonly bytes: number; readonly everyMs: number } | undefined;
  /** What the storage sends in place of the file the hub described. */
  replace: ((content: Buffer) => Buffer) | undefined;
  /** Entity tag of the storage; another one each time makes `If-Range` fail. */
  tag: () => string;
}

/**
 * Speaks the Hugging Face hub's file protocol: `HEAD` and `GET` on `/owner/name/resolve/revision/path`, with
 * `X-Repo-Commit` always, `X-Linked-Etag`, `X-Linked-Size` and a redirect to a second origin for large files, which
 * honours `Range` and `If-Range`; small files come from the hub itself with their git blob id as entity tag.
 */
export class HubServer {
  readonly requests: SeenRequest[] = [];
  readonly faults: Faults = {
    cutAfter: [],
    statuses: [],
    ignoreRange: false,
    redirectLoop: false,
    trickle: undefined,
    replace: undefined,
    tag: () => '"storage-1"',
  };
  /** Bytes of large files that were sent. */
  bytesSent = 0;
  readonly #files = new Map<string, Buffer>();
  readonly #hub = createServer((req, res) => void this.#answerHub(req, res));
  readonly #storage = createServer((req, res) => void this.#answerStorage(req, res));

  constructor(readonly commit = 'c0ffee'.padEnd(40, '0')) {}

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    await listen(server.#hub);
    await listen(server.#storage);
    return server;
  }

  get endpoint(): string {
    return originOf(this.#hub);
  }

  add(repo: string, path: string, content: Buffer): void {
    this.#files.set(`${repo}/${path}`, content);
  }

  /** Requests for the content of large files. */
  transfers(): SeenRequest[] {
    return this.requests.filter(({ host, method }) => host === 'storage' && method === 'GET');
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#storage]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  async #answerHub(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#note('hub', req);
    const fault = this.faults.statuses.shift();
    if (fault) {
      res.writeHead(fault.status, fault.headers).end();
      return;
    }
    if (this.faults.redirectLoop) {
      res.writeHead(307, { location: req.url }).end();
      return;
    }
    const match = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(req.url ?? '');
    const key = match ? `${match[1]}/${match[3]}` : '';
    const content = this.#files.get(key);
    if (content === undefined) {
      res.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
      return;
    }
    const headers = { 'x-repo-commit': this.commit };
    if (content.length < 1000) {
      const blob = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
      res.writeHead(200, { ...headers, etag: `"${blob}"`, 'content-length': content.length });
      res.end(req.method === 'HEAD' ? undefined : content);
      return;
    }
    res.writeHead(302, {
      ...headers,
      'x-linked-etag': `"${createHash('sha256').update(content).digest('hex')}"`,
      'x-linked-size': String(content.length),
      location: `${originOf(this.#storage)}/${key}?signature=1`,
    });
    res.end();
  }

  async #answerStorage(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#note('storage', req);
    if (req.method !== 'GET') {
      res.writeHead(403).end();
      return;
    }
    const { faults } = this;
    const key = (req.url ?? '').slice(1).split('?')[0];
    const whole = this.#files.get(key) ?? Buffer.alloc(0);
    const content = faults.replace?.(whole) ?? whole;
    const tag = faults.tag();
    const range = /^bytes=(\d+)-$/.exec(req.headers.range ?? '');
    const fresh = req.headers['if-range'] === undefined || req.headers['if-range'] === tag;
    const start = range && fresh && !faults.ignoreRange ? Number(range[1]) : 0;
    if (start > 0 && start >= content.length) {
      res.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const body = content.subarray(start);
    res.writeHead(start > 0 ? 206 : 200, {
      etag: tag,
      'content-length': body.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    const cut = faults.cutAfter.shift();
    if (faults.trickle) {
      await this.#trickle(res, body, faults.trickle);
    } else if (cut !== undefined && cut < body.length) {
      this.bytesSent += cut;
      res.flushHeaders();
      res.write(body.subarray(0, cut), () => res.destroy());
    } else {
      this.bytesSent += body.length;
      res.end(body);
    }
  }

  async #trickle(res: ServerResponse, body: Buffer, { bytes, everyMs }: NonNullable<Faults['trickle']>) {
    for (let at = 0; at < body.length && !res.destroyed; at += bytes) {
      res.write(body.subarray(at, at + bytes));
      this.bytesSent += Math.min(bytes, body.length - at);
      await delay(everyMs, undefined, { ref: false });
    }
    res.end();
  }

  #note(host: SeenRequest['host'], req: IncomingMessage): void {
    this.requests.push({ host, method: req.method ?? '', path: req.url ?? '', headers: req.headers });
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done));
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
