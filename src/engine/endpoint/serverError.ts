import type { IncomingHttpHeaders } from 'node:http';
import * as l10n from '@vscode/l10n';
import { EngineError } from '../runtime';

/** Kinds of failure of a server or a request. */
export type ServerTrouble =
  /** No response at the address, or none within the time limit. */
  | 'unreachable'
  | 'slow'
  /** The key is missing or wrong. */
  | 'key'
  /** Too busy, or still loading its model. */
  | 'overloaded'
  | 'loading'
  /** The model does not exist. */
  | 'model'
  /** Not a completion server: a web page, a redirect, an unknown path. */
  | 'no-server'
  /** The response ended early or is malformed. */
  | 'broken'
  /** An internal error. */
  | 'failing'
  /** A gateway in front of the server cannot reach it. */
  | 'away'
  /** The text exceeds the context length. */
  | 'too-long'
  /** This request was rejected; others may succeed. */
  | 'refused';

/** A server's failure. The message names the server, the problem and what to do. */
export class ServerError extends EngineError {
  readonly trouble: ServerTrouble;
  /** When to try again, if the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(trouble: ServerTrouble, message: string, retryAfterMs?: number) {
    super(message);
    this.trouble = trouble;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether a shorter text may succeed. */
export function isTooLong(error: unknown): boolean {
  return error instanceof ServerError && error.trouble === 'too-long';
}

/** Whether other requests may succeed: a server may fail (500) at fields that it does not know. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof ServerError && ['refused', 'no-server', 'failing', 'too-long', 'model'].includes(error.trouble)
  );
}

const LONGEST_QUOTE = 200;
const TOO_LONG_BY_TYPE = /exceed_context_size|context_length_exceeded|index out of range/;
/** Phrases of llama.cpp, vLLM, SGLang and OpenAI; of vLLM's engine; of Text Generation Inference; of Triton. */
const TOO_LONG =
  /context (size|length|window)|maximum (model|input|sequence) length|must (have less than|be <=) \d+( tokens)?|max_model_len/i;
/** Limit of recursion into nested error objects. */
const DEEPEST = 8;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** The error for a response without success. */
export function refusalOf(
  host: string,
  { status, headers, body }: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string },
): ServerError {
  const said = messageIn(body);
  const quoted = quote(said);
  if (status === 407) {
    return new ServerError(
      'unreachable',
      l10n.t('The proxy wants a sign-in (407). Put user and password into its address.'),
    );
  }
  // An HTML page comes from something in front of the server, such as a firewall, which does not know the key.
  if (status === 401 || (status === 403 && !isPage(headers, body))) {
    return new ServerError(
      'key',
      l10n.t(
        '{0} does not take the key ({1}){2}. Set it with “Inkling: Set Server Key”, or INKLING_SERVER_KEY in the terminal.',
        host,
        status,
        quoted,
      ),
    );
  }
  if (status === 429) {
    const pause = pauseOf(headers);
    return new ServerError('overloaded', l10n.t('{0} has too much to do (429){1}.', host, quoted), pause);
  }
  if (status === 503 && /loading/i.test(said)) {
    return new ServerError('loading', l10n.t('{0} is still reading its model.', host), pauseOf(headers));
  }
  if (saysTooLong(status, said, body)) {
    return new ServerError('too-long', l10n.t('The text is longer than the context of {0}{1}.', host, quoted));
  }
  if (isAboutModel(status, said)) {
    return new ServerError(
      'model',
      l10n.t(
        '{0} does not have the model{1}. Name one that it serves (setting inkling.engine.endpointModel, or --endpoint-model).',
        host,
        quoted,
      ),
    );
  }
  if (status >= 500 || status === 408) {
    // Gateways send a page with these codes while the server restarts.
    const trouble = [408, 502, 503, 504].includes(status) ? 'away' : 'failing';
    return new ServerError(
      trouble,
      l10n.t('{0} has a fault of its own ({1}){2}.', host, status, quoted),
      pauseOf(headers),
    );
  }
  if (status === 404 || status === 405 || (status >= 300 && status < 400) || isPage(headers, body)) {
    return noServer(
      host,
      isPage(headers, body)
        ? l10n.t('it answers {0} with a web page', status)
        : l10n.t('it answers {0}{1}', status, quoted),
    );
  }
  return new ServerError('refused', l10n.t('{0} does not take the request ({1}){2}.', host, status, quoted));
}

/** The error for an address where something other than a completion server answers. */
export function noServer(host: string, found: string): ServerError {
  return new ServerError(
    'no-server',
    l10n.t(
      '{0} is no server for completions: {1}. Check the address; it is the one before /v1/completions.',
      host,
      found,
    ),
  );
}

/** The error for an error event within a stream. */
export function errorInStream(host: string, error: string): ServerError {
  const said = messageIn(error);
  if (saysTooLong(400, said, said)) {
    return new ServerError('too-long', l10n.t('The text is longer than the context of {0}{1}.', host, quote(said)));
  }
  return new ServerError('failing', l10n.t('{0} broke off with an error{1}.', host, quote(said)));
}

/** The message in any of the forms that servers use: a string, an object, FastAPI's `detail`, plain text. */
function messageIn(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return /^\s*</.test(body) ? '' : body.trim();
  }
  return wordsOf(value);
}

function wordsOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return '';
  if (Array.isArray(value)) {
    const parts = value.map((part) => wordsOf(part, depth + 1));
    return parts.filter(Boolean).join('; ');
  }
  const { error, message, detail, msg } = value as Record<string, unknown>;
  return wordsOf(error ?? message ?? detail ?? msg, depth + 1);
}

/**
 * A server's words made safe to embed in a sentence: without control characters. They are always shown as plain text.
 */
export function printable(said: string): string {
  return said
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_QUOTE);
}

function quote(said: string): string {
  const text = printable(said);
  return text === '' ? '' : ` (“${text.replace(/\.$/, '')}”)`;
}

function isPage(headers: IncomingHttpHeaders, body: string): boolean {
  return /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(body);
}

function saysTooLong(status: number, said: string, body: string): boolean {
  if (status < 400 || status >= 600) return false;
  if (status === 413) return true;
  return TOO_LONG_BY_TYPE.test(body) || TOO_LONG.test(said);
}

function isAboutModel(status: number, said: string): boolean {
  const missing = /not found|not exist|unknown|no such|no model|pinned to|snapshot folder/i;
  return (status === 404 || status === 400) && /model|snapshot/i.test(said) && missing.test(said);
}

/** Milliseconds of a `Retry-After` header, which holds seconds or a date (RFC 9110, 10.2.3). */
function pauseOf(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_PAUSE_MS, Math.max(0, ms));
}
