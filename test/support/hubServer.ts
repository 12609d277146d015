import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** Bytes from which a file is kept in the storage. */
const LARGE = 1000;

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
  /** Statuses the storage answers instead. */
  storageStatuses: number[];
  ignoreRange: boolean;
  /** Answers to a range carry no `Content-Range`. */
  noContentRange: boolean;
  /** The hub redirects to itself for ever. */
  redirectLoop: boolean;
  /** Where the hub sends everybody. */
  location: string | undefined;
  /** HEAD is refused, or its answer does not say the length. */
  head: 'refused' | 'without length' | undefined;
  /** A mirror keeps all files itself, tags them with the SHA-1 of their bytes and knows no `X-Linked-*`, as Artifactory. */
  mirror: boolean;
  /** Bodies are packed, whatever was asked for. */
  packed: boolean;
  /** What `X-Repo-Commit` says; a mirror of plain files does without. */
  commit: string | 'none' | undefined;
  /** Sends this many bytes at a time with a pause between. */
  trickle: { readonly bytes: number; readonly everyMs: number } | undefined;
  /** What the storage sends in place of the file the hub described. */
  replace: ((content: Buffer) => Buffer) | undefined;
  /** Entity tag of the storage; another one each time makes `If-Range` fail. */
  tag: () => string;
}

interface KeptFile {
  readonly repo: string;
  /** `*` for all. */
  readonly revision: string;
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Speaks the Hugging Face hub's file protocol: `HEAD` and `GET` on `/owner/name/resolve/revision/path`, with
 * `X-Repo-Commit` always, `X-Linked-Etag`, `X-Linked-Size` and a redirect to a second origin for large files, which
 * honours `Range` and `If-Range`; small files come from an address of the hub that names their commit, with their git
 * blob id as entity tag. Names in another case redirect to the repository's own.
 */
export class HubServer {
  readonly requests: SeenRequest[] = [];
  readonly faults: Faults = {
    cutAfter: [],
    statuses: [],
    storageStatuses: [],
    ignoreRange: false,
    noContentRange: false,
    redirectLoop: false,
    location: undefined,
    head: undefined,
    mirror: false,
    packed: false,
    commit: undefined,
    trickle: undefined,
    replace: undefined,
    tag: () => '"storage-1"',
  };
  /** Bytes of large files that were sent. */
  bytesSent = 0;
  readonly #files: KeptFile[] = [];
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

  /** Puts a file into a repository: into all its revisions, or into one. */
  add(repo: string, path: string, content: Buffer, revision = '*'): void {
    this.#files.unshift({ repo, revision, path, content });
  }

  /** Takes a file out of all revisions of a repository. */
  remove(repo: string, path: string): void {
    this.#files.splice(0, Infinity, ...this.#files.filter((file) => file.repo !== repo || file.path !== path));
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
    const { faults } = this;
    const fault = faults.statuses.shift();
    if (fault) {
      res.writeHead(fault.status, fault.headers).end();
      return;
    }
    const location = faults.redirectLoop ? req.url : faults.location;
    if (location !== undefined) {
      res.writeHead(307, { location }).end();
      return;
    }
    const url = req.url ?? '';
    const cached = /^\/api\/resolve-cache\/models\/(.+)\/([0-9a-f]{40})\/(.+)$/.exec(url);
    const match = cached ?? /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(url);
    const found = match && this.#find(match[1], decodeURIComponent(match[2]), match[3]);
    const commit = this.#commitOf(found?.revision ?? '*');
    const headers: Record<string, string> =
      faults.commit === 'none' ? {} : { 'x-repo-commit': faults.commit ?? commit };
    if (!match || !found) {
      res.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    } else if (found.repo !== match[1]) {
      res.writeHead(307, { location: `/${found.repo}/resolve/${match[2]}/${match[3]}` }).end();
    } else if (req.method === 'HEAD' && faults.head === 'refused') {
      res.writeHead(405).end();
    } else if (faults.mirror) {
      const tag = `"${createHash('sha1').update(found.content).digest('hex')}"`;
      await this.#send(req, res, found.content, { ...headers, etag: tag });
    } else if (found.content.length >= LARGE) {
      res.writeHead(302, {
        ...headers,
        'x-linked-etag': `"${createHash('sha256').update(found.content).digest('hex')}"`,
        'x-linked-size': String(found.content.length),
        location: `${originOf(this.#storage)}/${found.repo}@${commit}/${found.path}?signature=1`,
      });
      res.end();
    } else if (cached) {
      const blob = createHash('sha1').update(`blob ${found.content.length}\0`).update(found.content).digest('hex');
      await this.#send(req, res, found.content, { ...headers, etag: `"${blob}"` });
    } else {
      const place = `/api/resolve-cache/models/${found.repo}/${commit}/${found.path}`;
      res.writeHead(307, { ...headers, location: place }).end();
    }
  }

  /** A file of a repository whose name may be written in another case, of a revision or its commit. */
  #find(repo: string, revision: string, path: string): KeptFile | undefined {
    const same = this.#files.filter((file) => file.repo.toLowerCase() === repo.toLowerCase() && file.path === path);
    const own = same.find((file) => [file.revision, this.#commitOf(file.revision)].includes(revision));
    return own ?? same.find((file) => file.revision === '*');
  }

  /** The commit that files of this revision belong to. */
  #commitOf(revision: string): string {
    return revision === '*' ? this.commit : createHash('sha1').update(revision).digest('hex');
  }

  async #answerStorage(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#note('storage', req);
    const status = req.method === 'GET' ? this.faults.storageStatuses.shift() : 403;
    if (status !== undefined) {
      res.writeHead(status).end();
      return;
    }
    const [, repo = '', revision = '', path = ''] = /^\/([^@]+)@([^/]+)\/([^?]+)/.exec(req.url ?? '') ?? [];
    const content = this.#find(repo, revision, path)?.content ?? Buffer.alloc(0);
    await this.#send(req, res, content, { etag: this.faults.tag() });
  }

  /** Sends a file, or the part of it that is asked for. */
  async #send(
    req: IncomingMessage,
    res: ServerResponse,
    whole: Buffer,
    headers: Record<string, string>,
  ): Promise<void> {
    const { faults } = this;
    const content = faults.replace?.(whole) ?? whole;
    const isLarge = whole.length >= LARGE;
    const packing = faults.packed && { 'content-encoding': 'gzip' };
    if (req.method === 'HEAD') {
      const length = faults.head === 'without length' ? {} : { 'content-length': content.length };
      res.writeHead(200, { ...headers, ...packing, ...length });
      res.end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    const isFresh = req.headers['if-range'] === undefined || req.headers['if-range'] === headers.etag;
    const isPart = range !== null && isFresh && !faults.ignoreRange;
    const start = isPart ? Number(range[1]) : 0;
    if (start > 0 && start >= content.length) {
      res.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const end = isPart && range[2] !== '' ? Number(range[2]) + 1 : content.length;
    const part = content.subarray(start, end);
    const body = faults.packed ? gzipSync(part) : part;
    const contentRange = isPart && !faults.noContentRange && `bytes ${start}-${end - 1}/${content.length}`;
    res.writeHead(isPart ? 206 : 200, {
      ...headers,
      ...packing,
      'content-length': body.length,
      ...(contentRange && { 'content-range': contentRange }),
    });
    const cut = isLarge ? faults.cutAfter.shift() : undefined;
    if (faults.trickle && isLarge) {
      await this.#trickle(res, body, faults.trickle);
    } else if (cut !== undefined && cut < body.length) {
      this.bytesSent += cut;
      res.flushHeaders();
      res.write(body.subarray(0, cut), () => res.destroy());
    } else {
      this.bytesSent += isLarge ? body.length : 0;
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
