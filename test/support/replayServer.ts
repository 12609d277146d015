import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** A recorded exchange: what a server was sent, and the bytes that it answered. */
export interface Exchange {
  readonly id: string;
  readonly server: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: string };
  readonly response: {
    readonly statusLine?: string;
    readonly status?: number;
    readonly headers?: readonly (readonly [string, string])[];
    readonly framing?: string;
    readonly chunks?: readonly { readonly text?: string; readonly base64?: string }[];
    readonly end?: string;
  };
}

/** What a request to the server was. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  /** Resolves when the client has hung up, or the answer has ended. */
  readonly closed: Promise<void>;
}

/** What a server does with a request: plays an exchange, or answers by itself. */
export type Answer = Exchange | ((socket: Socket) => void | Promise<void>);

/** Reads recorded exchanges, one a line. */
export function readExchanges(file: string): Exchange[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exchange);
}

/**
 * A server on this machine that puts recorded bytes on the wire, or what a test writes into the socket.
 * @param answer what to do with a request
 * @param options `byteByByte` sends each byte by itself
 */
export async function replayServer(
  answer: (asked: Asked) => Answer,
  options: { readonly byteByByte?: boolean } = {},
): Promise<{
  readonly url: string;
  readonly asked: Asked[];
  readonly connections: () => number;
  close(): Promise<void>;
}> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket.setNoDelay());
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => {
        sockets.delete(socket);
        resolve();
      });
    });
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      for (let read = requestIn(received); read; read = requestIn(received)) {
        received = received.subarray(read.length);
        const request = { ...read.request, closed };
        asked.push(request);
        void play(socket, answer(request), options.byteByByte === true);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The bytes that an exchange's server sent. */
export function bytesOf({ response }: Exchange): Buffer {
  const { statusLine, headers = [], framing, chunks = [], end = '' } = response;
  if (statusLine === undefined) return Buffer.alloc(0);
  const parts: Buffer[] = [Buffer.from([statusLine, ...headers.map((pair) => pair.join(': ')), '', ''].join('\r\n'))];
  for (const { text, base64 } of chunks) {
    const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
    if (framing === 'chunked') parts.push(Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n'));
    else parts.push(bytes);
  }
  if (framing === 'chunked' && end.startsWith('complete')) parts.push(Buffer.from('0\r\n\r\n'));
  return Buffer.concat(parts);
}

async function play(socket: Socket, answer: Answer, byteByByte: boolean): Promise<void> {
  if (typeof answer === 'function') {
    await answer(socket);
    return;
  }
  const bytes = bytesOf(answer);
  if (byteByByte) {
    for (let i = 0; i < bytes.length && !socket.destroyed; i++) {
      socket.write(bytes.subarray(i, i + 1));
      await new Promise((heard) => setImmediate(heard));
    }
  } else {
    socket.write(bytes);
  }
  const { framing, end = '' } = answer.response;
  // llama.cpp closes after each stream, whatever its head says.
  const closes = framing === 'close' || framing === 'none' || /closed/.test(end) || answer.server === 'llama-server';
  if (closes) socket.end();
}

/** The first whole request of what was received, and how many bytes it takes. */
function requestIn(received: Buffer): { readonly request: Omit<Asked, 'closed'>; readonly length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [first, ...lines] = received.subarray(0, headEnd).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const length = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (received.length < length) return undefined;
  const [method, path] = first.split(' ');
  const body = received.subarray(headEnd + 4, length).toString();
  return { request: { method, path, headers, body: body === '' ? {} : JSON.parse(body) }, length };
}
