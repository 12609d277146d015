import { isIPv4 } from 'node:net';
import * as l10n from '@vscode/l10n';
import { EngineError } from '../runtime';

/** How the address of a call ends, which is what documentation shows. */
const CALL = /\/v1(?:\/(?:(?:chat\/)?completions|models))?$/;

/** Where a server is. */
export interface ServerAddress {
  /** Ends in a slash; the paths of its calls (`v1/completions`, `tokenize`) are resolved against it. */
  readonly root: URL;
  /** What each call has behind its path, as gateways want it: `?api-version=2026-05-01`, or nothing. */
  readonly query: string;
  /** Name and port, as it is shown. */
  readonly host: string;
  /** It runs on this machine: nothing that is sent to it leaves it. */
  readonly isHere: boolean;
}

/**
 * Reads the address of a server: `http://localhost:8080`, with or without `/v1` at its end, or that of one of its calls.
 * @throws EngineError for what is no address, and for plain http to another machine unless that is allowed
 */
export function readAddress(address: string, allowPlainHttp: boolean): ServerAddress {
  const text = address.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new EngineError(
      l10n.t(
        'The address of the model server, “{0}”, is none: it begins with https:// or http://, such as http://localhost:8080.',
        text,
      ),
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new EngineError(l10n.t('The address of the model server holds a password: a key is set apart from it.'));
  }
  // Where a server listens to all that reaches its machine, it says that address of itself.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  const isHere = isLoopback(url.hostname);
  if (url.protocol === 'http:' && !isHere && !allowPlainHttp) {
    throw new EngineError(
      l10n.t(
        '{0} is another machine, and over plain http everybody on the way can read the text and the key. Use https, or allow it where the network is your own (setting inkling.engine.allowPlainHttp, or --allow-plain-http).',
        url.host,
      ),
    );
  }
  const path = withoutLastSlashes(url.pathname).replace(CALL, '');
  const root = new URL(url.origin);
  // A path that begins with two slashes would be another host, were it resolved.
  root.pathname = `${path}/`;
  return { root, query: url.search, host: url.host, isHere };
}

function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** Names and addresses that never leave the machine (RFC 6761 for names below `localhost`). */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') {
    return true;
  }
  return isIPv4(hostname) && hostname.startsWith('127.');
}
