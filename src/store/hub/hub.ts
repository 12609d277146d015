import { StoreError } from '../errors';
import { type Checksum, parseEntityTag } from './checksum';
import { type Answer, type ChooseAgent, type Exchange, request, statusError } from './http';

export interface HubOptions {
  /** Address of the hub or a mirror of it. */
  readonly endpoint?: string;
  /** Sent to the endpoint's own origin only. */
  readonly token?: string;
  /** The way out where there is a proxy; see `proxyFromEnvironment`. */
  readonly agent?: ChooseAgent;
  /** Milliseconds without a byte after which a connection counts as cut. */
  readonly idleTimeoutMs?: number;
}

/** One file of one revision of a model repository. */
export interface HubFile {
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly path: string;
}

/** What the hub's HEAD answer promises about a file. */
export interface FileFacts {
  /** Length in bytes. */
  readonly bytes: number;
  readonly checksum: Checksum | undefined;
  /** The commit that `revision` stands for. */
  readonly commit: string | undefined;
}

const defaultEndpoint = 'https://huggingface.co';

/** Endpoint and token as the hub's own tools read them from the environment. */
export function hubFromEnvironment(env: NodeJS.ProcessEnv): Pick<HubOptions, 'endpoint' | 'token'> {
  return { endpoint: env.HF_ENDPOINT || undefined, token: env.HF_TOKEN || undefined };
}

/** Throws a `StoreError` unless `id` has the form `owner/name`, or `name` alone as old models have. */
export function requireHubId(id: string): string {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || id.split('/').some((part) => /^\.+$/.test(part))) {
    throw new StoreError('not-found', `"${id}" is not a model name; one looks like owner/name.`);
  }
  return id;
}

/**
 * The Hugging Face hub's file protocol: `HEAD` and `GET` on `{endpoint}/{repo}/resolve/{revision}/{path}`. Large files
 * answer with `X-Linked-Etag` (their SHA-256) and `X-Linked-Size` and redirect to storage that knows `Range`.
 */
export class Hub {
  readonly idleTimeoutMs: number;
  private readonly endpoint: string;
  private readonly agent: ChooseAgent | undefined;
  private readonly token: string | undefined;

  constructor(options: HubOptions = {}) {
    this.endpoint = (options.endpoint ?? defaultEndpoint).replace(/\/+$/, '');
    this.agent = options.agent;
    this.token = options.token;
    this.idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
    if (!URL.canParse(this.endpoint) || !/^https?:$/.test(new URL(this.endpoint).protocol)) {
      throw new StoreError('network', `The hub's address "${this.endpoint}" is not an http(s) address.`);
    }
  }

  get host(): string {
    return new URL(this.endpoint).host;
  }

  resolveUrl(file: HubFile): string {
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    return `${this.endpoint}/${requireHubId(file.repo)}/resolve/${encodeURIComponent(file.revision)}/${path}`;
  }

  /** Asks what the hub promises about a file. */
  async facts(file: HubFile, signal?: AbortSignal): Promise<FileFacts> {
    const { redirects, final } = await this.ask('HEAD', file, {}, signal);
    final.body.destroy();
    const first = (name: string) => {
      const value = [...redirects, final].map((answer) => answer.headers[name]).find((value) => value !== undefined);
      return Array.isArray(value) ? value[0] : value;
    };
    const linked = first('x-linked-size');
    if (final.status !== 200 && linked === undefined) {
      throw statusError(final, `${file.repo} (${file.path})`);
    }
    const length = linked ?? final.headers['content-length'];
    if (length === undefined || !/^\d+$/.test(length)) {
      throw new StoreError(
        'network',
        `${final.url.host} does not say how long ${file.path} is, so it cannot be checked.`,
      );
    }
    return {
      bytes: Number(length),
      checksum: parseEntityTag(first('x-linked-etag') ?? this.ownTag(final)),
      commit: first('x-repo-commit'),
    };
  }

  /** Starts a transfer; the caller reads or destroys the body. Statuses other than 200, 206 and 416 reject. */
  async get(file: HubFile, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const { final } = await this.ask('GET', file, headers, signal);
    if (![200, 206, 416].includes(final.status)) {
      final.body.destroy();
      throw statusError(final, `${file.repo} (${file.path})`);
    }
    return final;
  }

  /** The storage behind the hub tags files in ways of its own. */
  private ownTag({ headers, url }: Answer): string | undefined {
    return url.origin === new URL(this.endpoint).origin ? headers.etag : undefined;
  }

  private ask(
    method: 'GET' | 'HEAD',
    file: HubFile,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Exchange> {
    return request(this.resolveUrl(file), {
      method,
      headers,
      token: this.token,
      agent: this.agent,
      signal,
      timeoutMs: this.idleTimeoutMs,
      stopAt: ({ headers }) => method === 'HEAD' && headers['x-linked-size'] !== undefined,
    });
  }
}
