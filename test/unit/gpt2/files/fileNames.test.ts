import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFileName, slug } from '../../../../src/gpt2/files/fileNames';

describe('a file name from outside', () => {
  it('is one file of one folder, on every system', () => {
    for (const name of [
      'model.safetensors',
      'model-00001-of-00002.safetensors',
      '小说.bin',
      '.hidden',
      'a b',
      'conx',
      'falcon.bin',
      'con x.bin',
      'x'.repeat(255),
    ]) {
      assert.ok(isFileName(name), name);
    }
    for (const name of [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      '/etc/passwd',
      '\\\\?\\C:\\x',
      '\\\\server\\share',
      'C:x.bin',
      'x.bin:stream',
      'CON',
      'nul.safetensors',
      'Aux.x.bin',
      'nul  .bin',
      'com1',
      'LPT¹.bin',
      'conin$',
      'x.',
      'x ',
      'x\0y',
      'x\ny',
      'a*b',
      'x'.repeat(256),
      'é'.repeat(128),
    ]) {
      assert.ok(!isFileName(name), JSON.stringify(name));
    }
  });
});

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
