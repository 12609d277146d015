import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { readAddress } from '../../src/engine/endpoint/address';
import { choicesOf } from '../../src/engine/endpoint/givenText';
import { Connection } from '../../src/engine/endpoint/http';
import { ServerError } from '../../src/engine/endpoint/serverError';
import { StoreError } from '../../src/store/errors';
import { Hub } from '../../src/store/hub/hub';
import { TransientError } from '../../src/store/hub/retry';

/*
 * Answers as they come over the wire, from a server on this machine that means harm or is broken: status, headers and
 * body of any kind, cut anywhere.
 */

/** A loopback server has answered within this; who waits longer has not seen that the connection ended. */
const PATIENCE_MS = 5000;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const FILE = { repo: 'owner/name', revision: 'main', path: 'config.json' };

/** Values that some header could have, right and wrong; addresses stay on this server. */
const values = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', '0', '1', '12', '-1', '1e3', '99999999999999999999', '0x10', 'NaN') },
  { weight: 2, arbitrary: fc.constantFrom(COMMIT, '..', `"${'a'.repeat(64)}"`, `W/"${'0'.repeat(64)}"`, '"x"', '*') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('/owner/name/resolve/main/a', '../x', 'http://[', 'file:///etc/passwd', '%'),
  },
  fc.constantFrom('bytes 0-0/12', 'bytes 0-11/12', 'bytes */0', 'bytes 5-1/x', 'gzip', 'br', 'identity', 'chunked'),
  fc.constantFrom('"resolvers";r=0;t=20', 'Wed, 21 Oct 2015 07:28:00 GMT', 'text/event-stream', 'application/json'),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 30 }),
);
const names = fc.constantFrom(
  ...['content-length', 'content-range', 'content-encoding', 'content-type', 'transfer-encoding', 'location', 'etag'],
  ...['x-linked-etag', 'x-linked-size', 'x-repo-commit', 'retry-after', 'ratelimit', 'ratelimit-reset', 'x-error-code'],
);
const status = fc.constantFrom(
  100,
  200,
  200,
  200,
  204,
  206,
  301,
  302,
  307,
  400,
  401,
  403,
  404,
  416,
  429,
  500,
  503,
  999,
);

function answers(bodies: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      status,
      fc.array(fc.tuple(names, values), { maxLength: 6 }),
      bodies,
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([code, headers, body, kept]) => {
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      const whole = Buffer.from(`HTTP/1.1 ${code} Said\r\n${lines}\r\n${body}`, 'latin1');
      return kept < 0.2 ? whole.subarray(0, Math.floor(5 * kept * whole.length)) : whole;
    });
}

/** Serves each answer in turn, whatever is asked, and hands it to `read`. */
async function served(
  count: number,
  seed: number,
  cases: fc.Arbitrary<Buffer>,
  read: (origin: string) => Promise<unknown>,
  refusals: readonly (abstract new (...args: never[]) => Error)[],
): Promise<void> {
  let answer: Buffer = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await fc.assert(
      fc.asyncProperty(cases, async (bytes) => {
        answer = bytes;
        try {
          await read(origin);
        } catch (error) {
          if (!refusals.some((kind) => error instanceof kind)) throw error;
        }
      }),
      { numRuns: count, seed, endOnFailure: true },
    );
  } finally {
    server.close();
  }
}

/** Any answer of a hub is taken or refused by name, and its commit and name are what they can be. */
export function readHubAnswers(count: number, seed: number): Promise<void> {
  const bodies = fc.oneof(fc.string({ maxLength: 40 }), fc.json(), fc.constant('<!doctype html><p>Sign in'));
  const read = async (origin: string) => {
    const hub = new Hub({ endpoint: origin, idleTimeoutMs: PATIENCE_MS });
    const { commit, repo, bytes } = await hub.facts(FILE);
    if (commit !== undefined && !/^[0-9a-f]{40}$/.test(commit)) throw new Error(`A commit is ${commit}.`);
    if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repo)) throw new Error(`A name is ${repo}.`);
    if (bytes !== undefined && !Number.isSafeInteger(bytes)) throw new Error(`A length is ${bytes}.`);
    const { body } = await hub.get(FILE, {});
    for await (const chunk of body) void chunk;
  };
  return served(count, seed, answers(bodies), read, [StoreError, TransientError]);
}

const EVENTS = ['data: {"choices":[{"text":" is"}]}\n\n', 'data: [DONE]\n\n', 'data: {"error":{"message":"no"}}\n\n'];

/** Any answer of a model server is read or refused by name, as a stream and in one piece. */
export function readServerAnswers(count: number, seed: number): Promise<void> {
  const pieces = fc.oneof(fc.constantFrom(...EVENTS, ': hello\n\n', 'data:', '\r\n'), fc.json(), fc.string());
  const bodies = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''));
  const read = async (origin: string) => {
    const address = readAddress(`${origin}/`, false);
    const connection = new Connection({ address, key: '', silenceMs: PATIENCE_MS });
    try {
      for await (const event of connection.events('v1/completions', { body: {} })) choicesOf(event);
      await connection.json('v1/models');
    } finally {
      connection.dispose();
    }
  };
  return served(count, seed, answers(bodies), read, [ServerError]);
}
