import assert from 'node:assert/strict';
import fc from 'fast-check';
import ignore from 'ignore';
import {
  chooseFiles,
  foldersToRead,
  LARGEST_FILE,
  lookAround,
  MOST_BYTES,
  MOST_FOUND,
} from '../../../../src/editor/memory/fileChoice';
import { GitIgnore } from '../../../../src/editor/memory/gitIgnore';

const file = (path: string, changedAt = 0, size = 100) => ({ path, size, changedAt });
const paths = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);

describe('the files that the memory reads', () => {
  it('are the nearest first, and the latest changed first among equals', () => {
    const found = [file('/w/a/x.md', 9), file('/w/b/old.md', 1), file('/w/b/new.md', 2), file('/w/b/c/y.md', 5)];
    assert.deepEqual(paths(chooseFiles(found, '/w/b/here.md').files), [
      '/w/b/new.md',
      '/w/b/old.md',
      '/w/b/c/y.md',
      '/w/a/x.md',
    ]);
  });

  it('fit the budget, and are not the document, nor empty, nor huge', () => {
    const found = [
      file('/w/here.md'),
      file('/w/a.md', 3),
      file('/w/b.md', 2, 500),
      file('/w/c.md', 1),
      file('/w/d.md', 0, 0),
    ];
    const { files, bytes, leftOut } = chooseFiles(found, '/w/here.md', 300);
    assert.deepEqual([paths(files), bytes, leftOut], [['/w/a.md', '/w/c.md'], 200, 1]);
    assert.deepEqual(chooseFiles([file('/w/a.md', 0, LARGEST_FILE + 1)], '/w/here.md').files, []);
  });

  it('are few in a folder of 200,000: so many are looked at, the nearest among them, and no more read than fit', async () => {
    const everywhere = Array.from({ length: 200_000 }, (_, i) => `/w/${i % 500}/${i}.md`);
    const near = everywhere.filter((path) => path.startsWith('/w/499/'));
    let looks = 0;
    const lookAt = async (path: string) => {
      looks++;
      return file(path, 0, 4096);
    };
    // As the editor's search, which may return more than it was asked for.
    const found = await lookAround([async () => near, async () => everywhere], String, lookAt, () => false);
    assert.equal(looks, MOST_FOUND);
    const { files, bytes, leftOut } = chooseFiles(found, '/w/499/here.md');
    assert.deepEqual(paths(files).slice(0, near.length).sort(), [...near].sort());
    assert.ok(bytes <= MOST_BYTES && bytes > MOST_BYTES - 4096);
    assert.equal(files.length + leftOut, MOST_FOUND);
  });

  it('are looked at no further when nobody wants them any more', async () => {
    let looks = 0;
    await lookAround(
      [async () => Array.from({ length: 100 }, (_, i) => `/w/${i}.md`)],
      String,
      async () => ++looks,
      () => looks > 0,
    );
    assert.equal(looks, 16);
  });
});

describe('the folders whose files are read', () => {
  const usual = { sourcesOf: () => 'workspace' as const, trusted: true, forgotten: false };

  it('depends on trust, on the setting, and on what the writer asked to forget', () => {
    assert.deepEqual(foldersToRead(['a'], usual), ['a']);
    assert.deepEqual(foldersToRead(['a'], { ...usual, trusted: false }), []);
    assert.deepEqual(foldersToRead(['a'], { ...usual, sourcesOf: () => 'document' }), []);
    assert.deepEqual(foldersToRead(['a'], { ...usual, forgotten: true }), []);
  });

  it('are those whose own setting says so', () => {
    const sources = { a: 'off', b: 'workspace', c: 'document', d: 'workspace' } as const;
    const folders = ['a', 'b', 'c', 'd'] as const;
    assert.deepEqual(foldersToRead(folders, { ...usual, sourcesOf: (folder) => sources[folder] }), ['b', 'd']);
  });
});

describe('.gitignore', () => {
  const ignoring = (files: Record<string, string>) => {
    let reads = 0;
    const rules = new GitIgnore(async (path) => {
      reads++;
      return files[path];
    });
    return { rules, reads: () => reads };
  };

  it('leaves out what it names, and what lies in folders that it names', async () => {
    const { rules } = ignoring({ '.gitignore': 'build/\n*.log.md\n!keep.log.md\n' });
    assert.equal(await rules.ignores('build/a/notes.md'), true);
    assert.equal(await rules.ignores('a/x.log.md'), true);
    assert.equal(await rules.ignores('a/keep.log.md'), false);
    assert.equal(await rules.ignores('a/notes.md'), false);
  });

  it('of a folder decides before that of the folder above', async () => {
    const { rules } = ignoring({ '.gitignore': '*.md\n', 'a/.gitignore': '!*.md\ndraft.md\n' });
    assert.equal(await rules.ignores('notes.md'), true);
    assert.equal(await rules.ignores('a/notes.md'), false);
    assert.equal(await rules.ignores('a/draft.md'), true);
    assert.equal(await rules.ignores('b/draft.md'), true);
  });

  it('is read once for each folder', async () => {
    const { rules, reads } = ignoring({ '.gitignore': 'x\n' });
    await Promise.all(['a/1.md', 'a/2.md', 'a/3.md'].map((path) => rules.ignores(path)));
    assert.equal(reads(), 2);
  });

  it('is read as the library ignore reads it', async () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a b', '#a', '!a', 'a*b');
    const word = fc.constantFrom('a', 'b', '*', '**', 'a*', '[ab]', '?', '\\*', 'a b ', '\\#a', '\\!a');
    const line = fc
      .tuple(
        fc.constantFrom('', '!'),
        fc.constantFrom('', '/'),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '/'),
      )
      .map(([not, root, words, end]) => not + root + words.join('/') + end);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 3 }),
        fc.array(name, { minLength: 1, maxLength: 3 }),
        async (lines, path) => {
          const text = lines.join('\n');
          const ours = await ignoring({ '.gitignore': text }).rules.ignores(path.join('/'));
          assert.equal(ours, ignore().add(text).ignores(path.join('/')), `${text} | ${path.join('/')}`);
        },
      ),
      { numRuns: 2_000, seed: 3 },
    );
  });

  it('is read as git reads it: classes, escapes and hyphens in sets, what is broken, rows of stars', async () => {
    // Each held against `git check-ignore` 2.39.
    const cases: readonly [pattern: string, ignored: readonly string[], others: readonly string[]][] = [
      ['draft[[:digit:]].md', ['draft1.md'], ['draftd.md', 'draft:].md']],
      ['[![:upper:]]*.md', ['a.md', '1.md'], ['A.md']],
      ['[[:alpha:]_]x', ['ax', '_x'], [':x', '[x', '1x']],
      ['[[:none:]]x', [], ['nx', ':x', '[x']],
      ['[\\]]x', [']x'], ['\\x', '\\]x']],
      ['[a\\-c]x', ['ax', '-x', 'cx'], ['bx', '\\x']],
      ['[]-a]x', [']x', '_x', 'ax'], ['-x']],
      ['[a-c-e]x', ['bx', '-x', 'ex'], ['dx']],
      ['[c-a]x', ['cx'], ['ax', 'bx']],
      ['a[', [], ['a[', 'a']],
      ['a\\', [], ['a\\', 'a']],
      ['a/***/b', ['a/b', 'a/x/y/b'], ['ab']],
    ];
    for (const [pattern, ignored, others] of cases) {
      const { rules } = ignoring({ '.gitignore': `${pattern}\n` });
      for (const path of ignored) assert.equal(await rules.ignores(path), true, `${pattern} ${path}`);
      for (const path of others) assert.equal(await rules.ignores(path), false, `${pattern} ${path}`);
    }
  });

  it('does not hold up the editor, whatever its rules are', async () => {
    const { rules } = ignoring({ '.gitignore': `${'*a'.repeat(200)}b\n${'**/'.repeat(200)}b\n` });
    assert.equal(await rules.ignores('a'.repeat(255)), false);
  });
});
