import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { Hub } from '../../../src/store/hub/hub';
import { proxyFromEnvironment } from '../../../src/store/hub/proxy';
import { noise } from '../../support/content';
import { HubServer } from '../../support/hubServer';

const file = { repo: 'owner/name', revision: 'main', path: 'model.safetensors' };
const variables = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'] as const;

describe('the command line behind a proxy', () => {
  let hub: HubServer;
  let proxy: Server;
  let passed: string[];
  const before = variables.map((name) => process.env[name]);

  beforeEach(async () => {
    hub = await HubServer.start();
    hub.add(file.repo, file.path, noise(2000));
    passed = [];
    proxy = createServer((req, res) => {
      passed.push(req.url ?? '');
      const onward = request(req.url ?? '', { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(res);
      });
      req.pipe(onward);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    for (const name of variables) {
      delete process.env[name];
    }
    process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    variables.forEach((name, i) => {
      if (before[i] === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = before[i];
      }
    });
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
    await hub.stop();
  });

  const facts = () => new Hub({ endpoint: hub.endpoint, agent: proxyFromEnvironment }).facts(file);

  it('goes through the proxy that the environment names', async () => {
    assert.equal((await facts()).bytes, 2000);
    assert.deepEqual(passed, [`${hub.endpoint}/owner/name/resolve/main/model.safetensors`]);
  });

  it('goes around it where NO_PROXY says so', async () => {
    process.env.NO_PROXY = '127.0.0.1';
    assert.equal((await facts()).bytes, 2000);
    assert.deepEqual(passed, []);
  });

  for (const scheme of ['socks5', 'socks5h', 'socks']) {
    it(`goes through a ${scheme} proxy in ALL_PROXY`, async () => {
      const socks = await SocksServer.start();
      delete process.env.HTTP_PROXY;
      process.env.ALL_PROXY = ` ${scheme}://127.0.0.1:${socks.port}\n`;
      assert.equal((await facts()).bytes, 2000);
      assert.deepEqual([...new Set(socks.targets)], [new URL(hub.endpoint).host]);
      assert.deepEqual(passed, []);
      socks.stop();
    });
  }

  for (const address of [
    'ftp://proxy.example:21',
    'pac+http://proxy.example/x',
    'socks6://proxy.example',
    'http://[',
  ]) {
    it(`refuses ${address} by name`, async () => {
      process.env.HTTP_PROXY = address;
      await assert.rejects(facts(), { code: 'network', message: /proxy in HTTPS_PROXY.*http, https and socks/ });
      assert.equal(hub.requests.length, 0);
    });
  }
});

/** Speaks as much of SOCKS 5 (RFC 1928) as a client without a password needs. */
class SocksServer {
  /** Where it was asked to connect to. */
  readonly targets: string[] = [];
  readonly #server = createTcpServer((socket) => void this.#serve(socket));

  static async start(): Promise<SocksServer> {
    const socks = new SocksServer();
    await new Promise<void>((done) => socks.#server.listen(0, '127.0.0.1', done));
    return socks;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => {});
    await once(socket, 'data');
    socket.write(Buffer.from([5, 0]));
    const [request] = (await once(socket, 'data')) as [Buffer];
    const isName = request[3] === 3;
    const end = isName ? 5 + request[4] : 8;
    const host = isName ? request.toString('latin1', 5, end) : request.subarray(4, end).join('.');
    const port = request.readUInt16BE(end);
    this.targets.push(`${host}:${port}`);
    const onward = connect(port, host, () => {
      socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  }
}
