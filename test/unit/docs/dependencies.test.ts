import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../../package.json';

const ROOT = join(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');

describe('the page on dependencies', () => {
  it('names every package that package.json does', () => {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const missing = names.filter((name) => !name.startsWith('@types/') && !page.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });

  it('names files that there are', () => {
    for (const [, path] of page.matchAll(/`((?:core|gpt2|store|engine|editor|pictures)\/[\w/.]+)[`,]/g)) {
      assert.ok(existsSync(join(ROOT, 'src', path)), path);
    }
  });
});
