import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hub } from '../../../src/store/hub/hub';
import { proxyFromEnvironment } from '../../../src/store/hub/proxy';
import { noise } from '../../support/content';
import { HubServer } from '../../support/hubServer';

const file = { repo: 'owner/name', revision: 'main', path: 'model.safetensors' };
const variables = ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'] as const;

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
});
