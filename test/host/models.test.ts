import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ConfigurationTarget, commands, workspace } from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import type { InstalledModel } from '../../src/store/installedModels';
import { HubServer } from '../support/hubServer';
import { temporaryFolder } from '../support/randomModel';
import { unigramModel } from '../support/unigramModel';
import { closeAll, configure, eventually, inkling, write } from './support';

const repo = 'writer/tiny';
const model = unigramModel();

describe('choosing a model', () => {
  let api: TestApi;
  let server: HubServer;
  before(async () => {
    api = await inkling();
    server = await HubServer.start();
    server.add(repo, 'config.json', model.config);
    server.add(repo, 'model.safetensors', model.weights);
    await configure({ 'hub.endpoint': server.endpoint });
  });
  after(async () => {
    await configure({ 'hub.endpoint': undefined, 'model.path': undefined });
    await server.stop();
    await closeAll();
  });

  const choose = (how: { hub?: string; path?: string }) =>
    commands.executeCommand<InstalledModel | undefined>('inkling.chooseModel', how);
  const path = () => workspace.getConfiguration('inkling').get<string>('model.path');

  it('installs a model of the hub and uses it at once', async () => {
    const installed = await choose({ hub: repo });
    assert.ok(installed, 'nothing was installed');
    assert.equal(path(), installed.folder);
    assert.equal((await api.engine.info()).name, repo);
    await write('Once');
    await eventually('its name in the status item', () => api.status()?.detail.startsWith(`${repo} (q8) is ready`));
  });

  it('keeps the model in use when the new one cannot be had', async () => {
    const before = path();
    server.add(repo, 'model.safetensors', Buffer.alloc(5000));
    assert.equal(await choose({ hub: repo }), undefined);
    assert.equal(await choose({ hub: 'writer/gone' }), undefined);
    assert.equal(path(), before);
    assert.equal((await api.engine.info()).name, repo);
  });

  it('goes through the proxy of VS Code', async () => {
    const passed: string[] = [];
    // Knows the way to a hub that nobody else can find.
    const proxy = createServer((req, res) => {
      const { host, pathname } = new URL(req.url ?? '');
      passed.push(host);
      request(server.endpoint + pathname, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(res);
      }).end();
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    server.add('writer/behind', 'config.json', model.config);
    server.add('writer/behind', 'model.safetensors', model.weights);
    const http = workspace.getConfiguration('http');
    try {
      await http.update(
        'proxy',
        `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        ConfigurationTarget.Global,
      );
      await configure({ 'hub.endpoint': 'http://hub.example' });
      assert.equal((await choose({ hub: 'writer/behind' }))?.manifest.name, 'writer/behind');
      assert.deepEqual([...new Set(passed)], ['hub.example']);
    } finally {
      await http.update('proxy', undefined, ConfigurationTarget.Global);
      await configure({ 'hub.endpoint': server.endpoint });
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('imports a folder', async () => {
    const folder = await temporaryFolder();
    const own = join(folder, 'novel');
    await mkdir(own);
    await writeFile(join(own, 'config.json'), model.config);
    await writeFile(join(own, 'model.safetensors'), model.weights);
    const imported = await choose({ path: own });
    assert.equal(imported?.manifest.name, 'novel');
    assert.equal((await api.engine.info()).name, 'novel');
    await rm(folder, { recursive: true });
  });
});
