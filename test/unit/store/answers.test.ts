import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type Answer, redirectTarget, request } from '../../../src/store/hub/http';
import { noise } from '../../support/content';

const content = noise(200_000);

describe('an answer of a server', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function ask(answer: RequestListener): Promise<Answer> {
    const listening = createServer(answer);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    const { final } = await request(`http://127.0.0.1:${port}/file`, { method: 'GET', timeoutMs: 5000 });
    return final;
  }

  async function bodyOf({ body }: Answer): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of body) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  const packings: readonly [coding: string, packed: Buffer, isPacked: boolean][] = [
    ['gzip', gzipSync(content), true],
    ['deflate', deflateSync(content), true],
    ['Deflate', deflateRawSync(content), true],
    ['gzip, br', brotliCompressSync(gzipSync(content)), true],
    ['identity, x-gzip', gzipSync(content), true],
    ['aws-chunked', content, false],
    ['', content, false],
  ];
  for (const [coding, bytes, isPacked] of packings) {
    it(`is unpacked, whatever the ways it was packed: "${coding}"`, async () => {
      const answer = await ask((_, res) => res.writeHead(200, { 'content-encoding': coding }).end(bytes));
      assert.equal(answer.packed, isPacked);
      assert.deepEqual(await bodyOf(answer), content);
    });
  }

  it('that was packed and is cut does not count as whole', async () => {
    for (const pack of [deflateSync, deflateRawSync, gzipSync]) {
      const half = pack(content).subarray(0, 1000);
      const coding = pack === gzipSync ? 'gzip' : 'deflate';
      await assert.rejects(ask((_, res) => res.writeHead(200, { 'content-encoding': coding }).end(half)).then(bodyOf), {
        name: 'TransientError',
      });
      server?.close();
    }
  });

  it('is refused by name where it is packed in a way nobody knows', async () => {
    for (const coding of ['zpaq', 'gzip, zpaq', Array(9).fill('gzip').join(', ')]) {
      await assert.rejects(
        ask((_, res) => res.writeHead(200, { 'content-encoding': coding }).end(content)),
        /packs files in a way that was not asked for/,
      );
      server?.close();
    }
  });

  it('may have a long head, as proxies make it', async () => {
    const answer = await ask((_, res) => res.writeHead(200, { 'x-policy': 'x'.repeat(40_000) }).end('yes'));
    assert.equal(String(await bodyOf(answer)), 'yes');
  });

  it('leads to an address with letters of any alphabet, written as UTF-8 or escaped', () => {
    const from = new URL('https://hub.example/a/b');
    const path = '/%D0%BC%D0%BE%D0%B4%D0%B5%D0%BB%D1%8C/x';
    assert.equal(redirectTarget(Buffer.from('/модель/x').toString('latin1'), from).pathname, path);
    assert.equal(redirectTarget(path, from).pathname, path);
    assert.equal(redirectTarget('/caf\xe9', from).pathname, '/caf%C3%A9');
  });
});
