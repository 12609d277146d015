import assert from 'node:assert/strict';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { Glob } from '../../../../src/core/text/glob';

describe('a file pattern', () => {
  const matches = (pattern: string, path: string) => new Glob(pattern).matches(path);

  it('matches what VS Code says it does', () => {
    const cases: readonly [pattern: string, matching: readonly string[], others: readonly string[]][] = [
      ['*.md', ['a.md', '.md'], ['a/b.md', 'a.mdx']],
      ['**/*.md', ['a.md', 'a/b/c.md', '/home/a.md'], ['a.txt']],
      ['notes/**', ['notes/a', 'notes/a/b', 'notes'], ['note/a', 'notesx']],
      ['**', ['', 'a/b'], []],
      ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
      ['chapter-?.md', ['chapter-1.md'], ['chapter-12.md', 'chapter-/.md']],
      ['[a-c]x', ['ax', 'cx'], ['dx', '/x']],
      ['[!a-c]x', ['dx'], ['ax', '/x']],
      ['{a,b/**,*.{md,txt}}', ['a', 'b/c/d', 'x.md', 'y.txt'], ['c', 'x.rst']],
      ['Chapter [1].md', ['Chapter 1.md'], ['Chapter [1].md']],
      ['a[', ['a['], ['a']],
      ['a**b', ['ab', 'axxb'], ['a/b']],
      ['a\\b', ['a\\b'], ['ab']],
    ];
    for (const [pattern, matching, others] of cases) {
      for (const path of matching) assert.ok(matches(pattern, path), `${pattern} ${path}`);
      for (const path of others) assert.ok(!matches(pattern, path), `${pattern} ${path}`);
    }
  });

  it('agrees with picomatch', () => {
    const part = fc.constantFrom('a', 'b', 'ab', 'b.a');
    const patternPart = fc.constantFrom('a', 'b', '*', '**', 'a*', '*b', 'a?', '[ab]', '{a,b}', '*.a');
    fc.assert(
      fc.property(
        fc.array(patternPart, { minLength: 1, maxLength: 4 }),
        fc.array(part, { minLength: 1, maxLength: 5 }),
        (pattern, path) => {
          const [glob, name] = [pattern.join('/'), path.join('/')];
          // There picomatch is of another mind than VS Code: see above.
          fc.pre(pattern.length === 1 || pattern.at(-1) !== '**');
          assert.equal(matches(glob, name), picomatch.isMatch(name, glob, { dot: true }), `${glob} ${name}`);
        },
      ),
      { numRuns: 5_000, seed: 7 },
    );
  });

  it('costs no more than its length times that of the path, whatever it is', () => {
    const path = 'a'.repeat(255);
    let steps = 0;
    // Each step looks at a sign of the path.
    const counted = new Proxy(Object(path), {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) steps++;
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    for (const pattern of ['*a'.repeat(100), '**/'.repeat(80), '{*,a}'.repeat(60), '*a?*'.repeat(60)]) {
      steps = 0;
      assert.equal(new Glob(`${pattern}b`).matches(counted), false);
      assert.ok(steps <= 255 * 2 * pattern.length, `${pattern.slice(0, 8)}: ${steps}`);
    }
    assert.equal(matches('*'.repeat(1001), 'a'), false, 'a pattern that nobody wrote');
  });
});
