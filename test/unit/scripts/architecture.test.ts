import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

describe('the page on architecture', () => {
  it('names files and folders that there are', () => {
    const named = Array.from(page.matchAll(/`?(src\/[\w./]*\w)/g), ([, path]) => path);
    assert.ok(named.length > 30);
    for (const path of named) assert.ok(existsSync(join(ROOT, path)), path);
  });

  it('leads from a key to its ghost text in 15 steps at most', () => {
    const journey = /## A key becomes ghost text\n([\s\S]*?)\n\n/.exec(page)?.[1] ?? '';
    const steps = journey.split('\n').filter((line) => /^\d+\. /.test(line));
    assert.ok(steps.length > 0 && steps.length <= 15, `${steps.length}`);
  });
});
