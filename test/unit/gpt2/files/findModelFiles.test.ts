import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnsupportedModelError } from '../../../../src/gpt2/errors';
import { findModelFiles } from '../../../../src/gpt2/files/findModelFiles';
import { readJsonFile } from '../../../../src/gpt2/files/jsonFile';
import { readTokenizerFiles } from '../../../../src/gpt2/files/tokenizerFiles';
import { useTemporaryFolder } from '../../../support/content';

/** The first bytes of each format. */
const SAFETENSORS = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]);
const ZIP = 'PK\u0003\u0004';
const PICKLE = Buffer.from([0x80, 2, 0x8a]);

describe('finding the files of a model', () => {
  const folder = useTemporaryFolder();
  const put = async (files: Record<string, string | Buffer>, name = 'model') => {
    const path = join(folder(), name);
    await mkdir(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      await writeFile(join(path, file), content);
    }
    return path;
  };
  const refuses = (path: string, message: RegExp) =>
    assert.rejects(findModelFiles(path), (error: Error) => {
      assert.ok(error instanceof UnsupportedModelError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  const config = { 'config.json': '{}' };
  const complete = { ...config, 'model.safetensors': SAFETENSORS };

  it('takes a folder, its config, its weights or its index', async () => {
    const path = await put(complete);
    for (const file of ['', 'config.json', 'model.safetensors']) {
      assert.deepEqual(await findModelFiles(join(path, file)), {
        format: 'safetensors',
        folder: path,
        weights: [join(path, 'model.safetensors')],
        config: join(path, 'config.json'),
      });
    }
    const weightMap = { a: 'pytorch_model-00001-of-00002.bin', b: 'pytorch_model-00002-of-00002.bin' };
    const index = { 'pytorch_model.bin.index.json': JSON.stringify({ weight_map: weightMap }) };
    const shards = { [weightMap.a]: ZIP, [weightMap.b]: PICKLE };
    const sharded = await put({ ...config, ...index, ...shards }, 'sharded');
    for (const file of ['', 'pytorch_model.bin.index.json', weightMap.b]) {
      const found = await findModelFiles(join(sharded, file));
      assert.deepEqual([found.format, found.weights.length], ['torch', 2]);
    }
  });

  it('takes all shards of a model whose index is left behind, or has another name, and names one that is missing', async () => {
    const names = [1, 2].map((shard) => `model.fp16-0000${shard}-of-00002.safetensors`);
    const [first, second] = names;
    const index = { 'model.safetensors.index.fp16.json': JSON.stringify({ weight_map: { a: first, b: second } }) };
    for (const [name, beside] of [
      ['variant', index],
      ['without', {}],
    ] as const) {
      const path = await put({ ...config, ...beside, [first]: SAFETENSORS, [second]: SAFETENSORS }, name);
      for (const file of ['', 'config.json', ...names]) {
        const { weights } = await findModelFiles(join(path, file));
        assert.deepEqual(
          weights,
          names.map((shard) => join(path, shard)),
        );
      }
    }
    const path = await put({ ...config, [second]: SAFETENSORS }, 'cut');
    for (const file of ['', second]) {
      await refuses(join(path, file), /model\.fp16-00001-of-00002\.safetensors cannot be read: there is no such file/);
    }
    const two = await put(
      { ...config, [first]: SAFETENSORS, [second]: SAFETENSORS, 'x.safetensors': SAFETENSORS },
      'two',
    );
    await refuses(two, /more than one file of weights/);
    assert.equal((await findModelFiles(join(two, 'x.safetensors'))).weights.length, 1);
  });

  it('prefers what transformers prefers, and takes a chosen file before that', async () => {
    const path = await put({ ...complete, 'pytorch_model.bin': ZIP, 'tf_model.h5': 'x', 'gpt2.gguf': 'GGUF' });
    assert.equal((await findModelFiles(path)).format, 'safetensors');
    assert.equal((await findModelFiles(join(path, 'pytorch_model.bin'))).format, 'torch');
    assert.equal((await findModelFiles(join(path, 'gpt2.gguf'))).format, 'gguf');
  });

  it('takes no config from beside a GGUF file, which has its own', async () => {
    const path = await put({ ...config, 'x.gguf': 'GGUF' }, 'gguf');
    for (const file of ['', 'config.json', 'x.gguf']) {
      assert.equal((await findModelFiles(join(path, file))).config, undefined);
    }
  });

  it('finds the one checkpoint among what training programs leave', async () => {
    const beside = [
      'optimizer.pt',
      'scheduler.pt',
      'training_args.bin',
      'rng_state.pth',
      'scaler.pt',
      'random_states_0.pkl',
    ];
    const noise = Object.fromEntries(beside.map((name) => [name, ZIP]));
    for (const name of ['ckpt.pt', 'epoch=0-step=1.ckpt', 'model.pth', 'weights.bin', 'pytorch_model.bin']) {
      const path = await put({ ...config, ...noise, [name]: ZIP }, name);
      assert.deepEqual((await findModelFiles(path)).weights, [join(path, name)]);
    }
    const two = await put({ ...noise, 'a.ckpt': ZIP, 'b.ckpt': ZIP }, 'two');
    await refuses(two, /more than one file of weights \(a\.ckpt, b\.ckpt\)\. Choose one/);
    await refuses(await put(noise, 'none'), /has no weights/);
  });

  it('takes the complete snapshot of a hub cache, that of main first', async () => {
    const cache = 'models--openai-community--gpt2';
    const first = await put(complete, `${cache}/snapshots/aaa`);
    const main = await put(complete, `${cache}/snapshots/bbb`);
    await put({ main: 'bbb\n' }, `${cache}/refs`);
    assert.equal((await findModelFiles(join(folder(), cache))).folder, main);
    await rm(join(main, 'model.safetensors'));
    assert.equal((await findModelFiles(join(folder(), cache))).folder, first);
    // A download that broke off, or a cache that was cleaned, leaves links to blobs that are gone.
    await symlink(join(folder(), 'gone'), join(main, 'model.safetensors'));
    assert.equal((await findModelFiles(join(folder(), cache))).folder, first);
    await rm(join(first, 'config.json'));
    await refuses(join(folder(), cache), /bbb.*model\.safetensors cannot be read: it is a link to a file that is gone/);
  });

  for (const [what, files, message] of [
    ['nothing', {}, /has no weights/],
    ['weights without a config', { 'model.safetensors': SAFETENSORS }, /no config\.json/],
    [
      'TensorFlow weights',
      { ...config, 'tf_model.h5': 'x' },
      /TensorFlow.*transformers 4 .*from_tf=True.*save_pretrained/,
    ],
    ['a TensorFlow checkpoint', { 'model.ckpt.index': 'x', 'model.ckpt.data-00000-of-00001': 'x' }, /TensorFlow/],
    [
      'Flax weights',
      { ...config, 'flax_model.msgpack': 'x' },
      /Flax.*transformers 4 .*from_flax=True.*save_pretrained/,
    ],
    ['NumPy arrays', { ...config, 'weights.npz': 'x' }, /NumPy\. Take the model\.safetensors/],
    ['a compiled model', { 'manifest.json': '{}', 'embed.onnx': 'x', 'model.onnx.data': 'x' }, /inkling\.model\.path/],
    ['ONNX', { ...config, 'decoder_model.onnx': 'x' }, /ONNX/],
    ['weights of rust-bert', { ...config, 'rust_model.ot': 'x' }, /rust-bert/],
    [
      'a LoRA adapter',
      { 'adapter_config.json': '{}', 'adapter_model.safetensors': SAFETENSORS, 'optimizer.pt': ZIP },
      /LoRA adapter \(adapter_config\.json\).*merge_and_unload/,
    ],
    [
      'an old LoRA adapter',
      { 'adapter_model.bin': ZIP, 'training_args.bin': ZIP },
      /LoRA adapter \(adapter_model\.bin\)/,
    ],
    [
      'a pickle under a better name',
      { ...complete, 'model.safetensors': PICKLE },
      /torch checkpoint.*pytorch_model\.bin/,
    ],
    ['a zip under a better name', { ...complete, 'model.safetensors': ZIP }, /torch checkpoint.*pytorch_model\.bin/],
    ['safetensors under another name', { ...config, 'pytorch_model.bin': SAFETENSORS }, /call it model\.safetensors/],
    ['HDF5 under another name', { ...config, 'pytorch_model.bin': Buffer.from('\x89HDF\r\n', 'latin1') }, /TensorFlow/],
    ['an empty file', { ...complete, 'model.safetensors': '' }, /model\.safetensors is empty/],
    [
      'a Git LFS pointer',
      { ...config, 'pytorch_model.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00' },
      /pytorch_model\.bin is only a Git LFS pointer.*git lfs pull/,
    ],
  ] as const) {
    it(`refuses a folder with ${what} and says what to do, also when its config is chosen`, async () => {
      const path = await put({ ...files });
      await refuses(path, message);
      if ('config.json' in files) {
        await refuses(join(path, 'config.json'), message);
      }
    });
  }

  it('refuses what is no model, and what is not there', async () => {
    const path = await put({ ...complete, 'story.txt': 'Once', 'tf_model.h5': 'x' });
    await refuses(join(path, 'story.txt'), /story\.txt is no model/);
    await refuses(join(path, 'tf_model.h5'), /TensorFlow/);
    await refuses(join(path, 'gone'), /gone cannot be read: there is no such file/);
    await refuses(join(path, 'story.txt', 'x'), /cannot be read/);
    await refuses(join(path, 'x'.repeat(300)), /cannot be read: its name is too long/);
    await symlink(join(path, 'nowhere'), join(path, 'dangling'));
    await refuses(join(path, 'dangling'), /it is a link to a file that is gone; download/);
  });

  it('never waits for a pipe', async () => {
    for (const name of ['config.json', 'model.safetensors', 'pytorch_model.bin.index.json']) {
      const path = await put({ ...config, 'pytorch_model.bin': ZIP }, `pipe-${name}`);
      await rm(join(path, name === 'pytorch_model.bin.index.json' ? 'pytorch_model.bin' : name), { force: true });
      execFileSync('mkfifo', [join(path, name)]);
      const work = findModelFiles(path).then(({ config: found }) => readJsonFile(found ?? ''));
      await assert.rejects(work, /is not a file/, name);
    }
    const beside = await put(complete, 'pipe-beside');
    execFileSync('mkfifo', [join(beside, 'vocab.json')]);
    await assert.rejects(readTokenizerFiles(beside), /vocab\.json is not a file/);
    const lone = join(folder(), 'weights.bin');
    execFileSync('mkfifo', [lone]);
    await refuses(lone, /neither a file nor a folder/);
    const cached = join(folder(), 'models--pipe--refs');
    await put(complete, join('models--pipe--refs', 'snapshots', 'a'.repeat(40)));
    await mkdir(join(cached, 'refs'));
    execFileSync('mkfifo', [join(cached, 'refs', 'main')]);
    assert.match((await findModelFiles(cached)).folder, /a{40}$/);
  });

  it('reads the numbers that Python writes and JSON does not have, and leaves texts alone', async () => {
    const path = await put({});
    const read = async (text: string) => {
      await writeFile(join(path, 'config.json'), text);
      return readJsonFile(join(path, 'config.json'));
    };
    assert.deepEqual(await read('{"a": [NaN, -Infinity], "NaN": "x\\" Infinity", "b": Infinity}'), {
      a: ['NaN', -Infinity],
      NaN: 'x" Infinity',
      b: Infinity,
    });
    await assert.rejects(read('{"a": nan}'), /is not valid JSON/);
  });

  it('reads no JSON beyond any real size', async () => {
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const path = await put({ 'config.json': Buffer.alloc(17 * 2 ** 20, 0x20), 'bad.json': '{', 'deep.json': deep });
    await assert.rejects(readJsonFile(join(path, 'deep.json')), /is not valid JSON/);
    await assert.rejects(readJsonFile(join(path, 'config.json')), /is too large \(18 MB\)/);
    await assert.rejects(readJsonFile(join(path, 'bad.json')), /is not valid JSON/);
  });
});
