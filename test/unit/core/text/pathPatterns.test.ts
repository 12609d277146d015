import assert from 'node:assert/strict';
import { Glob } from '../../../../src/core/text/glob';
import { PathPatterns, PatternSetting, patternsIn } from '../../../../src/core/text/pathPatterns';

describe('file patterns of a setting', () => {
  it('cover what they match, and all that lies in a folder that they match', () => {
    const patterns = new PathPatterns(['**/private', 'drafts', '*.tmp.md', '**/LICEN[CS]E*']);
    for (const path of ['private', 'private/a.md', 'a/private/b/c.md', 'drafts/x.md', 'x.tmp.md', 'LICENSES/mit.md']) {
      assert.equal(patterns.covers(path), true, path);
    }
    for (const path of ['privately/a.md', 'a/drafts/x.md', 'a/x.tmp.md', 'a.md', '/home/me/a.md', '']) {
      assert.equal(patterns.covers(path), false, path);
    }
  });

  it('are those that are true', () => {
    const set = { '**/a': true, '**/b': false, '**/c': { when: '$(basename).md' }, '**/d': 'true' };
    assert.deepEqual(patternsIn(set), ['**/a']);
  });

  it('hold as soon as they change, and a path is held against them once for as long as they do not', () => {
    const { matches } = Glob.prototype;
    let asked = 0;
    Glob.prototype.matches = function (path) {
      asked++;
      return matches.call(this, path);
    };
    try {
      const setting = new PatternSetting();
      assert.equal(setting.covers('private/a.md', []), false);
      assert.equal(setting.covers('private/a.md', ['private']), true);
      assert.equal(setting.covers('private/a.md', ['public']), false);
      const before = asked;
      assert.equal(setting.covers('private/a.md', ['public']), false);
      assert.equal(asked, before);
    } finally {
      Glob.prototype.matches = matches;
    }
  });
});
