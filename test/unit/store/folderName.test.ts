import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFileName } from '../../../src/gpt2/files/fileNames';
import { slug } from '../../../src/store/folderName';

describe('the folder name of an id', () => {
  it('is readable where that is enough to tell it from others', () => {
    assert.equal(slug('openai-community/gpt2'), 'openai-community--gpt2');
    assert.equal(slug('refs'), 'refs');
    assert.match(slug('小说'), /^___-[0-9a-f]{16}$/);
  });

  it('is another for each id, and never a way out or too long', () => {
    const groups = [
      ['own--a/b', 'own/a--b', 'own/a/b'],
      ['小说', '诗歌', '__'],
      ['my model', 'my_model', 'my:model'],
      ['x'.repeat(240), 'x'.repeat(239), `${'x'.repeat(239)}y`],
      ['..', '.', '../..', ''],
      ['Own/Model', 'own/model', 'OWN/MODEL'],
      ['con', 'nul.x', 'aux', 'com1', 'lpt9.txt', 'trailing.'],
    ];
    for (const ids of groups) {
      // Windows and macOS know no case.
      assert.equal(new Set(ids.map((id) => slug(id).toLowerCase())).size, ids.length, ids.join(' '));
      for (const id of ids) assert.ok(isFileName(slug(id)), id);
    }
    const id = fc.string({ unit: fc.constantFrom('a', 'A', '-', '--', '/', '.', '_', ' ', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(id, id, (a, b) => {
        assert.equal(slug(a).toLowerCase() === slug(b).toLowerCase(), a === b);
        assert.match(slug(a), /^[^./\\]?[\w.-]{0,120}$/);
      }),
      { numRuns: 3000 },
    );
  });
});
