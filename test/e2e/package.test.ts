import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from './workbench';

const ALLOWED = [
  /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt|\.vsixmanifest)$/,
  /^media\/[\w-]+\.(png|svg)$/,
  /^media\/walkthroughs\/(lesson\/)?[\w-]+\.(png|md)$/,
  /^dist\/(\w+\.js|third-party-notices\.txt)$/,
  /^dist\/media\/\w+\.(js|css)$/,
  /^dist\/model\/.+/,
  /^dist\/node_modules\/onnxruntime-(common|node)\/(package\.json|dist\/.+\.js(on)?)$/,
  new RegExp(`^dist/node_modules/onnxruntime-node/bin/napi-v\\d/${process.platform}/${process.arch}/[^/]+$`),
];

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
    const files = readdirSync(join(extensions, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(extensions, name).length + 1));
    assert.deepEqual(
      files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
      [],
    );
    assert.ok(files.some((file) => file.endsWith('onnxruntime_binding.node')));
  });

  it('shows the pictures of its README on its page', async () => {
    await workbench.open('note.md');
    await workbench.command('Extensions: Show Installed Extensions');
    await workbench.page.locator('.extension-list-item', { hasText: 'Inkling' }).first().click();
    const pictures = workbench.page
      .frameLocator('iframe.webview.ready >> visible=true')
      .frameLocator('iframe#active-frame')
      .locator('img');
    await pictures.nth(2).waitFor();
    const widths = await pictures.evaluateAll((images) =>
      images.map((image) => (image as HTMLImageElement).naturalWidth),
    );
    assert.equal(widths.length, 3);
    assert.ok(
      widths.every((width) => width > 400),
      widths.join(),
    );
  });

  it('activates in a real workbench and says that it is ready', async () => {
    await workbench.open('note.md');
    await workbench.status('ready');
  });

  it('is turned off and on in the menu that a click on its status item opens', async () => {
    for (const state of ['off', 'ready'] as const) {
      await workbench.statusItem.click();
      await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'for This Language' }).click();
      await workbench.status(state);
    }
  });

  it('leaves the writing alone: what is typed is what is saved', async () => {
    await workbench.goToEnd();
    await workbench.type('The end.');
    assert.equal(await workbench.save('note.md'), 'Once upon a time.\nThe end.');
  });
});
