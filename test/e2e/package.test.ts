import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { faultsIn, headOf } from '../../scripts/packageContents';
import { thisTarget } from '../../scripts/targets';
import { Workbench } from './workbench';

describe('the packaged extension', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.start({ files: { 'note.md': 'Once upon a time.\n' } });
  });
  after(() => workbench?.stop());

  it('holds the bundles, the native module of this platform and nothing else', () => {
    const extensions = join(workbench.server.folder, 'extensions');
    const [name] = readdirSync(extensions).filter((entry) => entry.startsWith('inkling.inkling-'));
    assert.ok(name, `not installed: ${readdirSync(extensions)}`);
    const folder = join(extensions, name);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ name: relative(folder, path), bytes: statSync(path).size, head: headOf(path) }));
    assert.deepEqual(faultsIn(files, thisTarget()), []);
  });

  it('activates in a real workbench and says that it is ready', async () => {
    await workbench.open('note.md');
    await workbench.status('ready');
  });

  it('is turned off and on in the menu that a click on its status item opens', async () => {
    for (const state of ['off', 'ready'] as const) {
      await workbench.openMenu();
      await workbench.menuRow('for This Language').click();
      await workbench.status(state);
    }
  });

  it('leaves the writing alone: what is typed is what is saved', async () => {
    await workbench.goToEnd();
    await workbench.type('The end.');
    assert.equal(await workbench.save('note.md'), 'Once upon a time.\nThe end.');
  });
});
