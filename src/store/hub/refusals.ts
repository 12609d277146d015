import * as l10n from '@vscode/l10n';
import { StoreError } from '../errors';
import type { Answer } from './http';
import { pauseOf, TransientError } from './retry';

/** The file that was requested, and from where. */
export interface Question {
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
  /** Origin of the hub or mirror; other hosts are storage that it redirects to. */
  readonly origin: string;
  readonly hasToken: boolean;
}

/**
 * The error for an unsuccessful response. The status alone is ambiguous: the hub gives reasons in `X-Error-Code` and
 * `X-Error-Message` (https://huggingface.co/docs/huggingface_hub, `hf_raise_for_status`), and firewalls and proxies
 * send the same statuses in other hosts' names.
 */
export function refusalOf(answer: Answer, question: Question): StoreError | TransientError {
  const { status, headers, url } = answer;
  const { repo, path } = question;
  if (status === 407) {
    return new StoreError(
      'network',
      l10n.t('The proxy wants a sign-in (407). Put user and password into its address.'),
    );
  }
  if (status === 429) {
    return new TransientError(l10n.t('{0} asks for a pause (429).', url.host), pauseOf(headers));
  }
  if (status >= 500 || status === 408) {
    return new TransientError(l10n.t('{0} has a problem ({1}).', url.host, status), pauseOf(headers));
  }
  if (url.origin !== question.origin) {
    return ofStorage(answer, question);
  }
  if (status === 401 || status === 403) {
    return ofAccess(answer, question);
  }
  if (status === 404 || status === 410) {
    return new StoreError('not-found', missingText(url.host, headers, question));
  }
  return new StoreError(
    'network',
    l10n.t('{0} answered {1} for {2} ({3}){4}.', url.host, status, repo, path, reasonOf(answer)),
  );
}

/** A refusal after the hub's redirect: by its storage, or by something in between. */
function ofStorage({ status, url }: Answer, { repo, path }: Question): StoreError {
  return new StoreError(
    'network',
    l10n.t(
      '{0}, where the hub keeps {1} ({2}), answers {3}: a firewall or proxy may block this host. Have *.hf.co allowed, or get the files on another machine and import their folder.',
      url.host,
      repo,
      path,
      status,
    ),
  );
}

function ofAccess(answer: Answer, { repo, hasToken }: Question): StoreError {
  const { status, headers, url } = answer;
  const code = headers['x-error-code'];
  if (code === 'GatedRepo') {
    return new StoreError(
      'forbidden',
      l10n.t(
        '{0} is only for those who accept its terms. Accept them on its page, then set HF_TOKEN or the token in the settings.',
        repo,
      ),
    );
  }
  // Without a valid token the hub answers 401 for private and missing models alike.
  if (status === 401 && hasToken && code !== 'RepoNotFound') {
    return new StoreError(
      'sign-in',
      l10n.t(
        '{0} does not take the access token{1}: it may have expired. Set a new one, or none for a public model (HF_TOKEN, or the token in the settings).',
        url.host,
        reasonOf(answer),
      ),
    );
  }
  if (status === 401) {
    return new StoreError(
      'sign-in',
      l10n.t(
        '{0} wants a sign-in for {1}, or has no such model. Check the name; for a private model set HF_TOKEN or the token in the settings.',
        url.host,
        repo,
      ),
    );
  }
  if (headers['x-error-message'] !== undefined) {
    return new StoreError('forbidden', l10n.t('{0} refuses {1}{2}.', url.host, repo, reasonOf(answer)));
  }
  return new StoreError(
    'forbidden',
    l10n.t(
      "{0} refuses {1} (403) and does not say why: a firewall or proxy may block it, or its terms have to be accepted on the model's page first, and HF_TOKEN set.",
      url.host,
      repo,
    ),
  );
}

function missingText(host: string, headers: Answer['headers'], { repo, revision, path }: Question): string {
  switch (headers['x-error-code']) {
    case 'RepoNotFound':
      return l10n.t('{0} has no model {1}.', host, repo);
    case 'RevisionNotFound':
      return l10n.t('{0} has no revision {1} of {2}.', host, revision, repo);
    default:
      return l10n.t('{0} has no {1} ({2}).', host, repo, path);
  }
}

const LONGEST_REASON = 200;

/** The server's own message, in brackets. */
function reasonOf({ headers }: Answer): string {
  const message = headers['x-error-message'];
  const text = (Array.isArray(message) ? message[0] : message)?.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return text ? ` ("${text.slice(0, LONGEST_REASON).replace(/\.$/, '')}")` : '';
}
