import * as l10n from '@vscode/l10n';
import { StoreError } from '../errors';
import { type Checksum, parseLinkedTag } from './checksum';
import { type Answer, type ChooseAgent, type Exchange, request } from './http';
import { refusalOf } from './refusals';

export interface HubOptions {
  /** Whether network access is allowed; on by default. */
  readonly enabled?: boolean;
  /** URL of the hub or a mirror. */
  readonly endpoint?: string;
  /** Sent to the endpoint's origin only. */
  readonly token?: string;
  /** Agent for a proxy; see `proxyFromEnvironment`. */
  readonly agent?: ChooseAgent;
  /** Milliseconds without data after which a connection counts as cut. */
  readonly idleTimeoutMs?: number;
}

/** A file of a revision of a model repository. */
export interface HubFile {
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly path: string;
}

/** What the hub reports about a file before it is downloaded. */
export interface FileFacts {
  /** Length in bytes, where known. */
  readonly bytes: number | undefined;
  readonly checksum: Checksum | undefined;
  /** The commit that `revision` resolves to, where known. */
  readonly commit: string | undefined;
  /** The repository's current name, which may differ by a rename or in case. */
  readonly repo: string;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';

/** Endpoint and token from the environment variables that the hub's own tools use. */
export function hubFromEnvironment(env: NodeJS.ProcessEnv): Pick<HubOptions, 'endpoint' | 'token'> {
  return { endpoint: env.HF_ENDPOINT || undefined, token: env.HF_TOKEN || undefined };
}

/** A model on the hub as the user names it. */
export interface HubName {
  /** `owner/name`, or just `name` for old models. */
  readonly repo: string;
  /** Branch, tag, commit or `refs/pr/N`, if given. */
  readonly revision?: string;
}

/**
 * Parses `owner/name` or `owner/name@revision`.
 * @throws StoreError for anything else
 */
export function parseHubName(text: string): HubName {
  const [repo, revision, ...rest] = text.trim().split('@');
  const isRevision = revision === undefined || (isPath(revision) && revision.length <= 200);
  if (rest.length > 0 || !isPath(repo) || repo.split('/').length > 2 || !isRevision) {
    const shown = JSON.stringify(text.slice(0, 100));
    throw new StoreError(
      'not-found',
      l10n.t('{0} is not a model name; one looks like owner/name or owner/name@revision.', shown),
    );
  }
  return { repo, ...(revision !== undefined && { revision }) };
}

/** Path segments of letters, digits and `._-`, none consisting of dots only. */
function isPath(text: string): boolean {
  return text.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part));
}

/**
 * The hub's file protocol: `HEAD` and `GET` on `{endpoint}/{repo}/resolve/{revision}/{path}`. Large files answer with
 * `X-Linked-Etag` (their SHA-256) and `X-Linked-Size`, and redirect to storage that supports `Range`.
 */
export class Hub {
  readonly idleTimeoutMs: number;
  readonly #endpoint: URL;
  readonly #agent: ChooseAgent | undefined;
  readonly #token: string | undefined;

  /** @throws StoreError when the hub is disabled, or the endpoint or token is invalid */
  constructor(options: HubOptions = {}) {
    if (options.enabled === false) {
      throw new StoreError(
        'forbidden',
        l10n.t(
          'Models are not downloaded here: inkling.hub.enabled is off. Import one from a folder with “Inkling: Choose Model”.',
        ),
      );
    }
    this.#endpoint = parseEndpoint(options.endpoint?.trim() || DEFAULT_ENDPOINT);
    this.#token = parseToken(options.token);
    this.#agent = options.agent;
    this.idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
  }

  get host(): string {
    return this.#endpoint.host;
  }

  resolveUrl(file: HubFile): string {
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const { repo } = parseHubName(file.repo);
    return `${this.#endpoint.href.replace(/\/+$/, '')}/${repo}/resolve/${encodeURIComponent(file.revision)}/${path}`;
  }

  /**
   * Asks about a file. If the server does not support HEAD, or omits the length, the first byte is requested instead.
   */
  async facts(file: HubFile, signal?: AbortSignal): Promise<FileFacts> {
    const head = await this.#ask('HEAD', file, {}, signal);
    head.final.body.destroy();
    const isFound = head.final.status === 200 || header(head, 'x-linked-size') !== undefined;
    const bytes = isFound ? lengthOf(head) : undefined;
    if (bytes !== undefined) {
      return this.#factsOf(head, file, bytes);
    }
    const { status, url } = head.final;
    const mayBeHeadOnly =
      isFound || [400, 405, 501].includes(status) || (status === 403 && url.origin !== this.#endpoint.origin);
    if (!mayBeHeadOnly) {
      throw this.#refusal(head.final, file);
    }
    const get = await this.#ask('GET', file, { range: 'bytes=0-0' }, signal);
    get.final.body.destroy();
    if (![200, 206, 416].includes(get.final.status)) {
      throw this.#refusal(get.final, file);
    }
    return this.#factsOf(get, file, lengthOf(get));
  }

  /** Starts a transfer; the caller must read or destroy the body. Rejects for statuses other than 200, 206 and 416. */
  async get(file: HubFile, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const { final } = await this.#ask('GET', file, headers, signal);
    if (![200, 206, 416].includes(final.status)) {
      final.body.destroy();
      throw this.#refusal(final, file);
    }
    return final;
  }

  #factsOf(exchange: Exchange, file: HubFile, bytes: number | undefined): FileFacts {
    return {
      bytes,
      // Other tags are opaque version identifiers.
      checksum: parseLinkedTag(header(exchange, 'x-linked-etag')),
      commit: this.#commitOf(exchange),
      repo: this.#presentName(exchange) ?? file.repo,
    };
  }

  #commitOf(exchange: Exchange): string | undefined {
    const commit = header(exchange, 'x-repo-commit');
    if (commit !== undefined && !/^[0-9a-f]{40}$/i.test(commit)) {
      const shown = JSON.stringify(commit.slice(0, 80));
      throw new StoreError(
        'network',
        l10n.t('{0} names a commit that is none ({1}). The server is at fault.', this.host, shown),
      );
    }
    return commit?.toLowerCase();
  }

  /** The current name from the hub's redirect of an old name, or of one in another case. */
  #presentName({ redirects, final }: Exchange): string | undefined {
    const base = this.#endpoint.href.replace(/\/+$/, '');
    return [...redirects, final]
      .filter(({ url }) => url.href.startsWith(`${base}/`))
      .map(({ url }) => /^\/(.+)\/resolve\//.exec(url.href.slice(base.length))?.[1])
      .findLast((name) => name !== undefined && isPath(name) && name.split('/').length <= 2);
  }

  #refusal(answer: Answer, { repo, revision, path }: HubFile): Error {
    return refusalOf(answer, {
      repo,
      revision,
      path,
      origin: this.#endpoint.origin,
      hasToken: this.#token !== undefined,
    });
  }

  #ask(
    method: 'GET' | 'HEAD',
    file: HubFile,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Exchange> {
    return request(this.resolveUrl(file), {
      method,
      headers,
      token: this.#token,
      agent: this.#agent,
      signal,
      timeoutMs: this.idleTimeoutMs,
      stopAt: ({ headers }) => method === 'HEAD' && headers['x-linked-size'] !== undefined,
    });
  }
}

function parseEndpoint(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new StoreError(
      'network',
      l10n.t("The hub's address {0} is not an http(s) address.", JSON.stringify(address)),
    );
  }
  return url;
}

/** Tokens copied from a file often end in a newline. */
function parseToken(token: string | undefined): string | undefined {
  const trimmed = token?.trim() || undefined;
  const sign = trimmed === undefined ? undefined : /[^\x21-\x7e]/u.exec(trimmed)?.[0];
  if (sign !== undefined) {
    const shown = JSON.stringify(sign);
    throw new StoreError(
      'sign-in',
      l10n.t(
        'The access token for the hub holds {0}, which no token does. Copy it again (HF_TOKEN, or the token in the settings).',
        shown,
      ),
    );
  }
  return trimmed;
}

/** The first value of a header along the redirects: the hub's own headers take precedence over the storage's. */
function header({ redirects, final }: Exchange, name: string): string | undefined {
  const value = [...redirects, final].map(({ headers }) => headers[name]).find((each) => each !== undefined);
  return Array.isArray(value) ? value[0] : value;
}

/** Length of the file; undefined where only that of a compressed body is known. */
function lengthOf(exchange: Exchange): number | undefined {
  const { status, headers, packed } = exchange.final;
  const range = /^bytes .*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const own = status === 200 ? headers['content-length'] : range;
  const length = header(exchange, 'x-linked-size') ?? (packed ? undefined : own);
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
