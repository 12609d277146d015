import assert from 'node:assert/strict';
import { StandInServer } from '../support/standInServer';
import { Workbench } from './workbench';

const STORY =
  'The keeper climbed the stairs every evening and lit the zircon lantern before the ships came home. ' +
  'Nobody had told him that the harbour was empty.';
const BEGINNING = 'The keeper climbed the stairs every evening and lit the zir';
const NOTE = 'note.md';

describe('a team’s model server', () => {
  let server: StandInServer;
  let workbench: Workbench;
  let failing = false;
  let refused = 0;

  before(async () => {
    server = await StandInServer.start({
      story: STORY,
      instead: (_, response) => {
        if (failing) refused++;
        if (failing) response.writeHead(429, { 'retry-after': '600' }).end('{"error":"busy"}');
        return failing;
      },
    });
    workbench = await Workbench.start({
      files: { [NOTE]: '' },
      settings: {
        'inkling.ghostText.triggerRate': 1,
        'inkling.memory.sources': 'off',
        'editor.minimap.enabled': false,
      },
      machineSettings: { 'inkling.engine.endpoint': server.url },
      size: { width: 1100, height: 420 },
    });
    await workbench.open(NOTE);
  });
  after(async () => {
    await workbench?.stop();
    await server?.close();
  });

  const dialog = () => workbench.page.locator('.monaco-dialog-box');

  it('is sent nothing before the writer has agreed, and the question names it', async () => {
    await dialog().waitFor();
    assert.match(
      await dialog().innerText(),
      new RegExp(`model server ${server.url.slice('http://'.length)}`.replaceAll('.', '\\.')),
    );
    assert.equal(server.counts.requests, 0);
    await dialog()
      .getByRole('button', { name: /^Send Text to/ })
      .click();
    await dialog().waitFor({ state: 'hidden' });
    await workbench.statusItem.filter({ hasText: '127.0.0.1' }).waitFor();
  });

  it('suggests what it goes on with, and the status item names it as long as it is asked', async () => {
    await workbench.goToEnd();
    await workbench.type(BEGINNING);
    assert.match(await workbench.ghostText(), /^con lantern/);
    assert.ok(server.counts.requests > 0);
    assert.match(await workbench.statusItem.innerText(), /Inkling · 127\.0\.0\.1:\d+/);
  });

  it('is told of once where it fails, and the model here goes on when the writer says so', async () => {
    failing = true;
    await workbench.press('Control+A', 'Delete');
    await workbench.type('It was the');
    const toast = workbench.toasts.filter({ hasText: 'has too much to do (429)' });
    await toast.waitFor();
    const asked = refused;
    const { requests } = server.counts;
    await workbench.type(' middle of the night when');
    assert.equal(await toast.count(), 1);
    assert.equal(refused, asked, 'it is left alone');
    const box = workbench.page.locator('.notification-toast', { hasText: 'has too much to do (429)' });
    await box.getByRole('button', { name: 'Use the Model Here' }).click();
    await workbench.statusItem.filter({ hasNotText: '127.0.0.1' }).waitFor();
    await workbench.status('ready');
    failing = false;
    await workbench.goToEnd();
    await workbench.type(' he');
    assert.notEqual(await workbench.ghostText(), '');
    assert.equal(server.counts.requests, requests);
  });
});
