import { isIPv4 } from 'node:net';
import * as l10n from '@vscode/l10n';
import { EngineError } from '../runtime';

/** Paths of API calls, as shown in servers' documentation; cut from the end of an address. */
const CALL = /\/v1(?:\/(?:(?:chat\/)?completions|models))?$/;

/** The address of a model server. */
export interface ServerAddress {
  /** Ends in a slash; paths of calls (`v1/completions`, `tokenize`) are resolved against it. */
  readonly root: URL;
  /** Query string appended to every call, as some gateways require: `?api-version=2026-05-01`, or empty. */
  readonly query: string;
  /** Host name and port, for display. */
  readonly host: string;
  /** Whether the server runs on this machine, so that nothing sent to it leaves the machine. */
  readonly isHere: boolean;
}

/**
 * Parses the address of a server: `http://localhost:8080`, with or without `/v1`, or the URL of one of its calls.
 * @throws EngineError for an invalid address, and for plain http to another machine unless that is allowed
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
  // A server that listens on all interfaces reports this address as its own; clients need the loopback address.
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
  // A path with two leading slashes would resolve to another host.
  root.pathname = `${path}/`;
  return { root, query: url.search, host: url.host, isHere };
}

function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** Names and addresses of the loopback interface (RFC 6761 for names below `localhost`). */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') {
    return true;
  }
  return isIPv4(hostname) && hostname.startsWith('127.');
}
