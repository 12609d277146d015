import * as l10n from '@vscode/l10n';
import { StoreError } from '../errors';
import { type Checksum, parseLinkedTag } from './checksum';
import { type Answer, type ChooseAgent, type Exchange, request } from './http';
import { refusalOf } from './refusals';

export interface HubOptions {
  /** Nothing is asked or downloaded where this is off; on by default. */
  readonly enabled?: boolean;
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

/** What the hub says about a file before it is downloaded. */
export interface FileFacts {
  /** Length in bytes, where the server says it. */
  readonly bytes: number | undefined;
  readonly checksum: Checksum | undefined;
  /** The commit that `revision` stands for, where the server says it. */
  readonly commit: string | undefined;
  /** The repository's present name: the hub knows others by their old name, or in another case. */
  readonly repo: string;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';

/** Endpoint and token as the hub's own tools read them from the environment. */
export function hubFromEnvironment(env: NodeJS.ProcessEnv): Pick<HubOptions, 'endpoint' | 'token'> {
  return { endpoint: env.HF_ENDPOINT || undefined, token: env.HF_TOKEN || undefined };
}

/** A model on the hub as a user names it. */
export interface HubName {
  /** `owner/name`, or `name` alone as old models have. */
  readonly repo: string;
  /** Branch, tag, commit or `refs/pr/N`, where one is asked for. */
  readonly revision?: string;
}

/**
 * Reads `owner/name` or `owner/name@revision`.
 * @throws StoreError when it is neither
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

/** Parts of letters, digits and `._-`, none of which is only dots. */
function isPath(text: string): boolean {
  return text.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part));
}

/**
 * The Hugging Face hub's file protocol: `HEAD` and `GET` on `{endpoint}/{repo}/resolve/{revision}/{path}`. Large files
 * answer with `X-Linked-Etag` (their SHA-256) and `X-Linked-Size` and redirect to storage that knows `Range`.
 */
export class Hub {
  readonly idleTimeoutMs: number;
  readonly #endpoint: URL;
  readonly #agent: ChooseAgent | undefined;
  readonly #token: string | undefined;

  /** @throws StoreError when the hub is turned off, the endpoint is no web address or the token cannot be one */
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
   * Asks what the hub promises about a file. Where a server answers no HEAD, or does not say the length, the first byte
   * is asked for.
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

  /** Starts a transfer; the caller reads or destroys the body. Statuses other than 200, 206 and 416 reject. */
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
      // Any other tag names a version, in a way of the server's own.
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

  /** The hub redirects an old name, and one in another case, to the present one. */
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

/** A token copied from a file often ends in a newline. */
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

/** The first of a header's values along the redirects: what the hub itself says comes before what storage says. */
function header({ redirects, final }: Exchange, name: string): string | undefined {
  const value = [...redirects, final].map(({ headers }) => headers[name]).find((each) => each !== undefined);
  return Array.isArray(value) ? value[0] : value;
}

/** Length of the file; none where the answer tells only that of a packed body, or nothing. */
function lengthOf(exchange: Exchange): number | undefined {
  const { status, headers, packed } = exchange.final;
  const range = /^bytes .*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const own = status === 200 ? headers['content-length'] : range;
  const length = header(exchange, 'x-linked-size') ?? (packed ? undefined : own);
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
