import assert from 'node:assert/strict';
import { isFileName } from '../../../../src/gpt2/files/fileNames';

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
