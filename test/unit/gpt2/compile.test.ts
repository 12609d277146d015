import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnx } from 'onnx-proto';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { compiledFolder } from '../../../src/gpt2/compiledCache';
import { readManifest } from '../../../src/gpt2/compiledModel';
import { compileModel } from '../../../src/gpt2/compileModel';
import type { Gpt2Config } from '../../../src/gpt2/config';
import { UnsupportedModelError } from '../../../src/gpt2/errors';
import { openModel } from '../../../src/gpt2/files/openModel';
import { readSafetensors, writeSafetensors } from '../../../src/gpt2/files/safetensors';
import { PRECISIONS } from '../../../src/gpt2/quantise';
import { expectedShapes } from '../../../src/gpt2/weights';
import { openRandom, randomIds } from '../../support/models';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

describe('compiling a GPT-2', () => {
  let folder: string;
  const config = tinyConfig({ vocab_size: 100 });
  const weights = randomWeights(config, 1);
  before(async () => {
    folder = await temporaryFolder();
    await writeModel(join(folder, 'whole'), config, weights);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const contents = (path: string) =>
    readdirSync(path)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(path, name)))
          .digest('hex'),
      ]);
  const shapes = expectedShapes(config);
  const tensor = (name: string) => ({
    name,
    shape: shapes.get(name) ?? [],
    data: weights.get(name) ?? new Float32Array(0),
  });
  const names = [...shapes.keys()];

  /** The model in two files; each is given by the tensors it holds. */
  const writeShards = async (path: string, shards: Record<string, readonly string[]>, index?: object) => {
    await writeModel(path, config, weights);
    await rm(join(path, 'model.safetensors'));
    for (const [file, held] of Object.entries(shards)) {
      await writeFile(join(path, file), writeSafetensors(held.map(tensor)));
    }
    const weightMap = Object.fromEntries(
      Object.entries(shards).flatMap(([file, held]) => held.map((name) => [name, file])),
    );
    await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify(index ?? { weight_map: weightMap }));
    return path;
  };

  it('has a name without what a terminal or an editor would obey', async () => {
    const path = join(folder, 'named');
    const config = tinyConfig();
    await writeModel(path, config, randomWeights(config, 1));
    const json = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
    const name = '\u001b]0;owned\u0007my \u202emodel\u2028';
    await writeFile(join(path, 'config.json'), JSON.stringify({ ...json, _name_or_path: name }));
    assert.equal((await compileModel(path, join(folder, 'named-compiled'), 'q8')).name, ']0;ownedmy model');
  });

  it('gives the same bytes from shards as from one file', async () => {
    const sharded = await writeShards(join(folder, 'sharded'), {
      'model-00001-of-00002.safetensors': names.slice(0, 10),
      'model-00002-of-00002.safetensors': names.slice(10),
    });
    await compileModel(sharded, join(folder, 'from-shards'), 'q8');
    await compileModel(join(folder, 'whole'), join(folder, 'from-one'), 'q8');
    const withoutName = (path: string) => contents(path).filter(([name]) => name !== 'manifest.json');
    assert.deepEqual(withoutName(join(folder, 'from-shards')), withoutName(join(folder, 'from-one')));
  });

  it('names what is wrong with shards, and never looks outside the folder', async () => {
    const path = join(folder, 'bad-shards');
    const one = 'model-00001-of-00002.safetensors';
    const two = 'model-00002-of-00002.safetensors';
    const rejects = (message: RegExp) =>
      assert.rejects(openModel(path), (error: Error) => {
        assert.ok(error instanceof UnsupportedModelError, String(error));
        assert.match(error.message, message);
        return true;
      });
    await writeShards(path, { [one]: names, [two]: ['ln_f.bias'] });
    await rejects(/model-00002-of-00002\.safetensors: tensor ln_f\.bias is in another file too/);
    await rm(join(path, two));
    await rejects(/model-00002-of-00002\.safetensors cannot be read: there is no such file/);
    for (const outside of [
      'nul.safetensors',
      'C:x.safetensors',
      'a\\b.safetensors',
      '../whole/model.safetensors',
      '/etc/passwd',
      '..',
      '.',
      '',
      'a/../b.safetensors',
      3,
      null,
    ]) {
      await writeShards(path, { [one]: names }, { weight_map: { 'wte.weight': outside } });
      await rejects(/names a shard outside its folder, or no \.safetensors file/);
    }
    for (const index of [{}, { weight_map: null }, { weight_map: 'x' }]) {
      await writeShards(path, { [one]: names }, index);
      await rejects(/model\.safetensors\.index\.json has no weight_map/);
    }
    await writeFile(join(path, 'model.safetensors.index.json'), '{');
    await rejects(/model\.safetensors\.index\.json is not valid JSON/);
  });

  it('reads weights through a link, as caches lay them out', async () => {
    const linked = join(folder, 'linked');
    await mkdir(linked);
    for (const name of ['config.json', 'model.safetensors']) {
      await symlink(join(folder, 'whole', name), join(linked, name));
    }
    const { close, files } = await openModel(linked);
    assert.deepEqual(files, [join(linked, 'model.safetensors')]);
    await close();
  });

  it('leaves the old model and nothing else when it is cut short anywhere', async () => {
    const parent = join(folder, 'cut-short');
    const to = join(parent, 'model');
    await compileModel(join(folder, 'whole'), to, 'fp32');
    const before = contents(to);
    let steps = 0;
    await compileModel(join(folder, 'whole'), join(folder, 'counted'), 'q4', { onProgress: () => steps++ });
    assert.ok(steps > 20);
    for (let cut = 0; cut < steps; cut += 3) {
      const controller = new AbortController();
      let seen = 0;
      const onProgress = () => {
        if (seen++ === cut) controller.abort();
      };
      const options = { onProgress, signal: controller.signal };
      await assert.rejects(compileModel(join(folder, 'whole'), to, 'q4', options), { name: 'AbortError' });
      assert.deepEqual(readdirSync(parent), ['model']);
      assert.deepEqual(contents(to), before);
    }
    await compileModel(join(folder, 'whole'), to, 'q4');
    assert.equal((await readManifest(to))?.precision, 'q4');
    assert.deepEqual(readdirSync(parent), ['model']);
  });

  it('replaces a compiled model and nothing else', async () => {
    const from = join(folder, 'whole');
    const place = async (name: string, files: Record<string, string>) => {
      const to = join(folder, name);
      await mkdir(to);
      for (const [file, content] of Object.entries(files)) {
        await writeFile(join(to, file), content);
      }
      return to;
    };
    const compiled = join(folder, 'replaced');
    await compileModel(from, compiled, 'fp32');
    const manifest = readFileSync(join(compiled, 'manifest.json'), 'utf8');
    const older = JSON.stringify({ ...JSON.parse(manifest), builderVersion: 1 });
    await writeFile(join(compiled, 'manifest.json'), older);
    await writeFile(join(compiled, 'README.md'), 'Its card.');
    await compileModel(from, compiled, 'q8');
    assert.equal((await readManifest(compiled))?.precision, 'q8');
    await compileModel(from, await place('empty', {}), 'fp32');

    await symlink(compiled, join(folder, 'link'));
    for (const to of [
      await place('of another program', { 'manifest.json': '{"name":"x","version":"1"}' }),
      await place('with more', { 'manifest.json': manifest, '.git': 'x' }),
      await place('without manifest', { 'model.onnx': 'x' }),
      await place('with a broken manifest', { 'manifest.json': '{' }),
      join(folder, 'link'),
      from,
      join(from, 'config.json'),
    ]) {
      const before = statSync(to).isDirectory() ? contents(to) : [];
      await assert.rejects(
        compileModel(from, to, 'q8'),
        /holds something else than a compiled model|cannot be made into a compiled model: a part of its path is no folder/,
        to,
      );
      assert.deepEqual(statSync(to).isDirectory() ? contents(to) : [], before);
    }
  });

  it('can be read by all who may read what its user writes', async () => {
    const to = join(folder, 'shared');
    await mkdir(join(folder, 'ordinary'));
    await compileModel(join(folder, 'whole'), to, 'q8');
    assert.equal(statSync(to).mode, statSync(join(folder, 'ordinary')).mode);
  });

  it('refuses weights that are no numbers, and a model of zeros, in every precision', async () => {
    for (const precision of PRECISIONS) {
      for (const [name, value] of [
        ['h.1.mlp.c_fc.weight', Number.NaN],
        ['wte.weight', Number.POSITIVE_INFINITY],
        ['ln_f.bias', Number.NEGATIVE_INFINITY],
      ] as const) {
        const changed = new Map([...weights].map(([key, values]) => [key, Float32Array.from(values)]));
        const values = changed.get(name) as Float32Array;
        values[values.length - 1] = value;
        await writeModel(join(folder, 'broken'), config, changed);
        await assert.rejects(
          compileModel(join(folder, 'broken'), join(folder, 'never'), precision),
          (error: Error) => error instanceof UnsupportedModelError && error.message.includes(`${name} has ${value}`),
        );
      }
      await writeModel(
        join(folder, 'broken'),
        config,
        new Map([...weights].map(([key, { length }]) => [key, new Float32Array(length)])),
      );
      await assert.rejects(
        compileModel(join(folder, 'broken'), join(folder, 'never'), precision),
        /all of them are zeros/,
      );
      assert.ok(!existsSync(join(folder, 'never')));
    }
  });

  it("notes what it left aside, and that a tied model's own head is used", async () => {
    const head = {
      name: 'lm_head.weight',
      shape: [config.vocab_size, config.n_embd],
      data: weights.get('wte.weight')?.map((x) => -x),
    };
    const other = { name: 'v_head.summary.weight', shape: [1], data: Float32Array.of(1) };
    const path = join(folder, 'noted');
    await writeModel(path, config, weights);
    await writeFile(
      join(path, 'model.safetensors'),
      writeSafetensors([...names.map(tensor), other, head as typeof other]),
    );
    const manifest = await compileModel(path, join(folder, 'noted-compiled'), 'q8');
    assert.equal(manifest.config.tie_word_embeddings, false);
    assert.deepEqual(manifest.notes?.length, 2);
    assert.match(manifest.notes?.join() ?? '', /v_head\.summary\.weight.*lm_head\.weight differs from the embedding/);
    const copied = { ...head, data: weights.get('wte.weight') as Float32Array };
    await writeFile(join(path, 'model.safetensors'), writeSafetensors([...names.map(tensor), copied]));
    const tied = await compileModel(path, join(folder, 'noted-compiled'), 'q8');
    assert.deepEqual([tied.config.tie_word_embeddings, tied.notes], [true, undefined]);
  });

  it('keeps what only explanations ask for out of the graph that ghost text runs', async () => {
    await compileModel(join(folder, 'whole'), join(folder, 'graphs'), 'q8');
    const outputs = (name: string) => {
      const { graph } = onnx.ModelProto.decode(readFileSync(join(folder, 'graphs', name)));
      return graph?.output?.map((output) => output.name?.replace(/_\d+$/, ''));
    };
    const perLayer = (...names: string[]) => Array.from({ length: config.n_layer }, () => names).flat();
    const step = ['logits', 'last_hidden', ...perLayer('new_key', 'new_value')];
    assert.deepEqual(outputs('model.onnx'), step);
    assert.deepEqual(outputs('inspect.onnx'), [...step, ...perLayer('attention', 'hidden')]);
    assert.deepEqual(outputs('head.onnx'), ['logits']);
    // What leaves the runtime is copied: the new rows, and never the whole cache.
    assert.deepEqual(outputs('read.onnx'), perLayer('new_key', 'new_value'));
  });

  it('tells of its progress from nothing to all', async () => {
    const fractions: number[] = [];
    await compileModel(join(folder, 'whole'), join(folder, 'progress'), 'fp32', {
      onProgress: (f) => fractions.push(f),
    });
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.equal(fractions.at(-1), 1);
  });

  it('compiles again when the weights have changed, and not otherwise', async () => {
    const source = join(folder, 'changing');
    const cache = join(folder, 'cache');
    await writeModel(source, config, weights);
    const first = await compiledFolder(source, 'q8', cache);
    assert.equal(await compiledFolder(source, 'q8', cache), first);
    assert.notEqual(await compiledFolder(source, 'q4', cache), first);
    await writeFile(join(first, 'manifest.json'), 'cut sho');
    assert.equal(await compiledFolder(source, 'q8', cache), first);
    assert.equal((await readManifest(first))?.precision, 'q8', 'what was broken is made anew');
    await writeModel(source, config, randomWeights(config, 2));
    const changed = new Date(Date.now() + 5000);
    await utimes(join(source, 'model.safetensors'), changed, changed);
    assert.notEqual(await compiledFolder(source, 'q8', cache), first);
    await assert.rejects(compiledFolder(first, 'q4', cache), /is compiled to q8, not q4/);
  });
});

describe('GPT-2 in fewer bits', () => {
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const widths: readonly Partial<Gpt2Config>[] = [
    { n_embd: 32, n_head: 2 },
    { n_embd: 96, n_head: 3, n_inner: 100 },
    { n_embd: 33, n_head: 3 },
    { n_embd: 72, n_head: 4, tie_word_embeddings: false },
  ];
  for (const [i, change] of widths.entries()) {
    it(`stays near the reference at width ${change.n_embd}`, async () => {
      const mean: Record<string, number> = {};
      for (const precision of ['q8', 'q4'] as const) {
        const shape = { vocab_size: 300, ...change };
        const { config, weights, session } = await openRandom(folder, shape, 200 + i, precision);
        const ids = randomIds(config, 20, 300 + i);
        const expected = referenceForward(weights, config, ids).logits.at(-1) ?? new Float64Array();
        const [{ logits }] = await new CachedModel(session, gpt2Tokenizer()).forward([ids]);
        await session.close();
        const average = expected.reduce((a, b) => a + b, 0) / expected.length;
        const spread = Math.sqrt(expected.reduce((sum, x) => sum + (x - average) ** 2, 0) / expected.length);
        const error = Math.sqrt(expected.reduce((sum, x, id) => sum + (x - logits[id]) ** 2, 0) / expected.length);
        mean[precision] = error / spread;
        assert.ok(maxDifference(logits, expected) > 0, 'weights were rounded');
      }
      // Rounding to 1/256 and 1/16 of a block's range, twice a layer: relative to how far the logits lie apart.
      assert.ok(mean.q8 < 0.06, `q8 errs by ${mean.q8}`);
      assert.ok(mean.q4 < 0.4, `q4 errs by ${mean.q4}`);
      assert.ok(mean.q4 > 2 * mean.q8, 'fewer bits, more error');
    });
  }
});

describe('the default model', () => {
  const model = join(__dirname, '../../../models/default');

  it('is recorded with its SHA-256, in float16, in files that a repository can hold', async () => {
    const recorded = readFileSync(join(model, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    const files = readdirSync(model).filter((name) => /\.(json|safetensors)$/.test(name));
    assert.deepEqual(
      recorded.sort(),
      files
        .map(
          (name) =>
            `${createHash('sha256')
              .update(readFileSync(join(model, name)))
              .digest('hex')}  ${name}`,
        )
        .sort(),
    );
    const opened = await openModel(model);
    await opened.close();
    for (const file of opened.files) {
      assert.ok(statSync(file).size < 50e6);
      const bytes = readFileSync(file);
      const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
      for (const [name, { type }] of await readSafetensors({ name: file, size: bytes.length, read })) {
        assert.equal(type, 'F16', name);
      }
    }
  });

  it('has a card that tells its size, and a list of what it was trained on that goes with it', async () => {
    const { config, close } = await openModel(model);
    await close();
    let parameters = 0;
    for (const shape of expectedShapes(config).values()) parameters += shape.reduce((a, b) => a * b, 1);
    const card = readFileSync(join(model, 'README.md'), 'utf8');
    assert.ok(card.includes(parameters.toLocaleString('en')));
    assert.ok(
      card.includes(
        `${config.n_layer} layers, ${config.n_head} heads, width ${config.n_embd}, context ${config.n_positions}`,
      ),
    );
    assert.match(card, /\(SOURCES\.md\)/);
    assert.match(readFileSync(join(model, 'SOURCES.md'), 'utf8'), /CC-BY-4\.0/);
    assert.ok(existsSync(join(model, 'SOURCES.md')));
  });
});
