import { StoreError } from '../errors';
import type { Answer } from './http';
import { pauseOf, TransientError } from './retry';

/** What was asked, and of whom. */
export interface Question {
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
  /** Origin of the hub or mirror; other hosts are storage it redirects to. */
  readonly origin: string;
  readonly hasToken: boolean;
}

/**
 * What an answer that is no success means. A status alone does not tell: the hub names its reasons in `X-Error-Code` and
 * `X-Error-Message` (https://huggingface.co/docs/huggingface_hub, `hf_raise_for_status`), and firewalls and proxies send
 * the same statuses in other hosts' names.
 */
export function refusalOf(answer: Answer, question: Question): StoreError | TransientError {
  const { status, headers, url } = answer;
  const { repo, path } = question;
  if (status === 407) {
    return new StoreError('network', 'The proxy wants a sign-in (407). Put user and password into its address.');
  }
  if (status === 429) {
    return new TransientError(`${url.host} asks for a pause (429)`, pauseOf(headers));
  }
  if (status >= 500 || status === 408) {
    return new TransientError(`${url.host} has a problem (${status})`, pauseOf(headers));
  }
  if (url.origin !== question.origin) {
    return ofStorage(answer, question);
  }
  if (status === 401 || status === 403) {
    return ofAccess(answer, question);
  }
  if (status === 404 || status === 410) {
    return new StoreError('not-found', `${url.host} has no ${missingPart(headers, question)}.`);
  }
  return new StoreError('network', `${url.host} answered ${status} for ${repo} (${path})${reasonOf(answer)}.`);
}

/** The hub has already said yes: whoever refuses now stands on the way. */
function ofStorage({ status, url }: Answer, { repo, path }: Question): StoreError {
  return new StoreError(
    'network',
    `${url.host}, where the hub keeps ${repo} (${path}), answers ${status}: a firewall or proxy may block this host. ` +
      'Have *.hf.co allowed, or get the files on another machine and import their folder.',
  );
}

function ofAccess(answer: Answer, { repo, hasToken }: Question): StoreError {
  const { status, headers, url } = answer;
  const code = headers['x-error-code'];
  if (code === 'GatedRepo') {
    return new StoreError(
      'forbidden',
      `${repo} is only for those who accept its terms. Accept them on its page, then set HF_TOKEN or the token in the settings.`,
    );
  }
  // Without a valid token the hub answers 401 for private and for missing models alike.
  if (status === 401 && hasToken && code !== 'RepoNotFound') {
    return new StoreError(
      'sign-in',
      `${url.host} does not take the access token${reasonOf(answer)}: it may have expired. Set a new one, or none for a public model ` +
        '(HF_TOKEN, or the token in the settings).',
    );
  }
  if (status === 401) {
    return new StoreError(
      'sign-in',
      `${url.host} wants a sign-in for ${repo}, or has no such model. Check the name; for a private model set HF_TOKEN ` +
        'or the token in the settings.',
    );
  }
  if (headers['x-error-message'] !== undefined) {
    return new StoreError('forbidden', `${url.host} refuses ${repo}${reasonOf(answer)}.`);
  }
  return new StoreError(
    'forbidden',
    `${url.host} refuses ${repo} (403) and does not say why: a firewall or proxy may block it, or its terms have to be ` +
      "accepted on the model's page first, and HF_TOKEN set.",
  );
}

function missingPart(headers: Answer['headers'], { repo, revision, path }: Question): string {
  switch (headers['x-error-code']) {
    case 'RepoNotFound':
      return `model ${repo}`;
    case 'RevisionNotFound':
      return `revision ${revision} of ${repo}`;
    default:
      return `${repo} (${path})`;
  }
}

const LONGEST_REASON = 200;

/** The server's own words, in brackets. */
function reasonOf({ headers }: Answer): string {
  const message = headers['x-error-message'];
  const text = (Array.isArray(message) ? message[0] : message)?.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return text ? ` ("${text.slice(0, LONGEST_REASON).replace(/\.$/, '')}")` : '';
}
