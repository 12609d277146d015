import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const held = /`((?:unit|host|e2e)\/[\w/]+)`((?: “[^”]+”,?)+)/g;

for (const path of ['docs/security.md', 'docs/hosts.md']) {
  const page = read(path);

  describe(`the page ${path}`, () => {
    it('names tests that there are', () => {
      let named = 0;
      for (const [, file, titles] of page.matchAll(held)) {
        const source = read(`test/${file}.test.ts`);
        for (const [, title] of titles.matchAll(/“([^”]+)”/g)) {
          named++;
          assert.ok(source.includes(title), `test/${file}.test.ts has no “${title}”`);
        }
      }
      assert.ok(named >= 10);
    });

    it('makes no claim without a test, or a reason', () => {
      const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\|(?: claim| want| where)/.test(line));
      const [, ...ofAdministrators] = page.split('## For administrators');
      for (const row of rows.filter((line) => !ofAdministrators.join('').includes(line))) {
        assert.match(row, /`(?:unit|host|e2e)\/[\w/]+` “|Reason: /, row.slice(0, 100));
      }
    });

    it('names files that there are', () => {
      for (const [, file] of page.matchAll(/`(src\/[\w/.]+\w)`/g)) assert.ok(existsSync(join(ROOT, file)), file);
      for (const [, link] of page.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(ROOT, 'docs', link)), link);
      }
    });
  });
}
