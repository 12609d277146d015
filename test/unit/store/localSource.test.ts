import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLocalSource } from '../../../src/store/localSource';
import { useTemporaryFolder } from '../../support/content';

describe('finding the model a user points at', () => {
  const folder = useTemporaryFolder();
  const put = async (files: Record<string, string | Buffer>, name = 'model') => {
    const path = join(folder(), name);
    await mkdir(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      await writeFile(join(path, file), content);
    }
    return path;
  };
  const complete = { 'config.json': '{}', 'model.safetensors': '12345678' };

  it('takes a folder, its config, its weights or its index', async () => {
    const path = await put({ ...complete, 'model.safetensors.index.json': '{}', 'pytorch_model.bin': 'x' }, 'Anna GPT');
    for (const file of ['', 'config.json', 'model.safetensors', 'model.safetensors.index.json']) {
      assert.deepEqual(await findLocalSource(join(path, file)), { folder: path, name: 'Anna GPT' });
    }
  });

  it('takes the snapshot that the hub cache calls main', async () => {
    const cache = 'models--openai-community--gpt2';
    await put(complete, `${cache}/snapshots/aaa`);
    const main = await put(complete, `${cache}/snapshots/bbb`);
    await put({ main: 'bbb\n' }, `${cache}/refs`);
    assert.deepEqual(await findLocalSource(join(folder(), cache)), { folder: main, name: 'openai-community/gpt2' });
    assert.deepEqual(await findLocalSource(main), { folder: main, name: 'openai-community/gpt2' });
  });

  for (const [what, files, code, message] of [
    ['pickled weights', { 'config.json': '{}', 'pytorch_model.bin': 'x' }, 'unsupported', /pickle.*safe_serialization/],
    ['GGUF', { 'model-q4.gguf': 'GGUF' }, 'unsupported', /GGUF.*llama.cpp/],
    ['TensorFlow weights', { 'config.json': '{}', 'tf_model.h5': 'x' }, 'unsupported', /TensorFlow/],
    ['nothing', {}, 'not-found', /no model.safetensors/],
    ['weights without a config', { 'model.safetensors': '12345678' }, 'not-found', /no config.json/],
    [
      'a pickle under a better name',
      { ...complete, 'model.safetensors': Buffer.from([0x80, 2, 0]) },
      'unsupported',
      /pickle/,
    ],
    [
      'a zip of pickles under a better name',
      { ...complete, 'model.safetensors': 'PK\u0003\u0004' },
      'unsupported',
      /pickle/,
    ],
    [
      'a git-lfs pointer',
      { ...complete, 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:00' },
      'unsupported',
      /git lfs pull/,
    ],
  ] as const) {
    it(`refuses a folder with ${what} and says what to do`, async () => {
      await assert.rejects(findLocalSource(await put(files)), { code, message });
    });
  }

  it('refuses single files of other kinds, and what is not there', async () => {
    const path = await put({ 'pytorch_model.bin': 'x', 'm.gguf': 'GGUF', 'story.txt': 'Once' });
    await assert.rejects(findLocalSource(join(path, 'pytorch_model.bin')), { message: /pickle/ });
    await assert.rejects(findLocalSource(join(path, 'm.gguf')), { message: /GGUF/ });
    await assert.rejects(findLocalSource(join(path, 'story.txt')), { message: /is no model/ });
    await assert.rejects(findLocalSource(join(path, 'gone')), { code: 'not-found' });
  });
});
