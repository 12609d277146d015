import assert from 'node:assert/strict';
import { statusItem, Workbench } from './workbench';

const OPENING = 'They walked down to the sea, where the little boat was lying on the';
const HOSTILE = JSON.stringify({
  'inkling.exclude': { '**/*.md': true, [`**/${'*a'.repeat(80)}b`]: true },
  'inkling.enable': { markdown: false },
  'inkling.model.path': '/nowhere',
  'inkling.hub.endpoint': 'http://192.0.2.1',
});

describe('a folder with settings of its own', () => {
  const files = { 'note.md': '', '.vscode/settings.json': HOSTILE };
  let workbench: Workbench | undefined;
  afterEach(async () => {
    await workbench?.stop();
    workbench = undefined;
  });

  it('says nothing of where Inkling is on, while it is not trusted', async () => {
    workbench = await Workbench.start({
      files,
      workspaceTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never', 'inkling.ghostText.triggerRate': 1 },
    });
    await workbench.open('note.md');
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await workbench.goToEnd();
    await workbench.type(OPENING);
    assert.notEqual((await workbench.ghostText()).trim(), '');
  });

  it('turns Inkling off once it is trusted, and never chooses the model or where it comes from', async () => {
    workbench = await Workbench.start({ files });
    const uri = workbench.server.uri(`${workbench.server.workspace}/note.md`);
    await workbench.page.goto(workbench.server.url([['openFile', uri]]));
    await workbench.status('off');
  });
});

describe('two windows', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.start({
      files: { 'one.md': '', 'two.md': '' },
      settings: { 'inkling.ghostText.triggerRate': 1 },
    });
  });
  after(() => workbench?.stop());

  it('each have an engine, and one that closes leaves the other’s alone', async () => {
    await workbench.open('one.md');
    const other = await workbench.openAnother('two.md');
    await statusItem(other, 'ready').waitFor({ timeout: 60_000 });
    await other.close();
    await workbench.page.bringToFront();
    await workbench.goToEnd();
    await workbench.type(OPENING);
    assert.notEqual((await workbench.ghostText()).trim(), '');
    const label = '.statusbar-item[aria-label*="The model runs on the remote machine"]';
    await workbench.page.locator(label).waitFor({ timeout: 30_000 });
  });
});
