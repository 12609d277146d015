import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLocalSource } from '../../../src/store/localSource';
import { useTemporaryFolder } from '../../support/content';

describe('a model that a user points at', () => {
  const folder = useTemporaryFolder();
  const put = async (name: string, ...files: string[]) => {
    const path = join(folder(), name);
    await mkdir(path, { recursive: true });
    for (const file of files) {
      await writeFile(join(path, file), file.endsWith('.gguf') ? 'GGUF' : '{}');
    }
    return path;
  };

  it('is called by its folder, by its file where that is all there is, and by its owner in the hub cache', async () => {
    const path = await put('Anna GPT', 'config.json', 'model.safetensors');
    const files = ['config.json', 'model.safetensors'];
    assert.deepEqual(await findLocalSource(path), { path, folder: path, name: 'Anna GPT', files });
    for (const chosen of files) {
      assert.deepEqual(await findLocalSource(join(path, chosen)), { path, folder: path, name: 'Anna GPT', files });
    }
    await writeFile(join(path, 'epoch=1.ckpt'), 'PK');
    const other = join(path, 'epoch=1.ckpt');
    const otherFiles = ['config.json', 'epoch=1.ckpt'];
    assert.deepEqual(await findLocalSource(other), { path: other, folder: path, name: 'Anna GPT', files: otherFiles });
    const downloads = await put('Downloads', 'anna-q8.gguf', 'other.txt');
    assert.deepEqual(await findLocalSource(join(downloads, 'anna-q8.gguf')), {
      path: join(downloads, 'anna-q8.gguf'),
      folder: downloads,
      name: 'anna-q8.gguf',
      files: ['anna-q8.gguf'],
    });
    const cache = 'models--openai-community--gpt2';
    const snapshot = await put(`${cache}/snapshots/aaa`, 'config.json', 'model.safetensors');
    const found = await findLocalSource(join(folder(), cache));
    assert.deepEqual([found.name, found.folder], ['openai-community/gpt2', snapshot]);
    assert.equal((await findLocalSource(snapshot)).name, 'openai-community/gpt2');
  });

  it('is refused with a message of the store', async () => {
    await assert.rejects(findLocalSource(join(folder(), 'gone')), {
      name: 'StoreError',
      code: 'unsupported',
      message: /gone cannot be read: there is no such file/,
    });
  });
});
