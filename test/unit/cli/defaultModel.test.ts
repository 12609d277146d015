import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../../../src/gpt2/compiledModel';
import { type Built, buildWithTinyModel, inkling, runNode } from '../../support/build';
import { encode } from '../../support/gpt2';
import { referenceForward } from '../../support/reference';

const ROOT = join(__dirname, '../../..');
const SOURCES = join(ROOT, 'src');
const CALIBRATION = 'calibration.json';

describe('another default model', () => {
  let built: Built;
  before(async function () {
    this.timeout(120_000);
    built = await buildWithTinyModel();
  });

  it('takes the place of the present one by its files alone', async () => {
    const manifest = await readManifest(join(built.folder, 'dist/model'));
    assert.equal(manifest?.name, built.model.name);
    assert.deepEqual(manifest?.config, built.config);
    const { stdout } = await inkling(['explain', 'Hello there', '--json']);
    const { model, next } = JSON.parse(stdout);
    assert.equal(model, built.model.name);
    const { logits } = referenceForward(built.weights, built.config, encode('Hello there'));
    const last = logits.at(-1) ?? new Float64Array();
    assert.equal(next[0].id, last.indexOf(Math.max(...last)));
    assert.ok(Math.abs(next[0].logit - Math.max(...last)) < 1e-4);
  });

  it('is compiled once by processes that need it at the same time', async () => {
    const env = { XDG_CACHE_HOME: join(built.folder, 'fresh-cache') };
    const ended = await Promise.all([1, 2, 3].map(() => inkling(['explain', 'Hello', '--json'], { env })));
    for (const { stdout, stderr } of ended) assert.equal(stdout, ended[0].stdout, stderr);
    assert.equal(ended[0].status, 0);
  });

  it('serves a package that has no sources beside it', async () => {
    // As in the editor's extension folder: `dist` and `node_modules`, nothing else.
    const packaged = join(built.folder, 'packaged');
    cpSync(join(built.folder, 'dist'), join(packaged, 'dist'), { recursive: true });
    symlinkSync(realpathSync(join(built.folder, 'node_modules')), join(packaged, 'node_modules'), 'junction');
    const { stdout, status } = await runNode([join(packaged, 'dist/cli.js'), 'explain', 'Hello', '--json']);
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).model, built.model.name);
  });

  it('takes its card and the credits of its training text along', () => {
    assert.equal(readFileSync(join(built.folder, 'dist/model/README.md'), 'utf8'), built.model.card);
  });

  it('is named in the sources only where the gate says what it was measured with', () => {
    const config = JSON.parse(readFileSync(join(ROOT, 'models/default/config.json'), 'utf8'));
    for (const path of readdirSync(SOURCES, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      if (path.name === CALIBRATION) continue;
      const source = readFileSync(join(path.parentPath, path.name), 'utf8');
      assert.ok(!source.includes(config._name_or_path), path.name);
    }
    const calibration = JSON.parse(readFileSync(join(SOURCES, 'core/ghostText', CALIBRATION), 'utf8'));
    assert.equal(calibration.model, config._name_or_path);
  });
});
