import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TokenizerError } from '../../../src/core/tokenizer';
import { LocalEngine } from '../../../src/engine/localEngine';
import { BUILDER_VERSION, READING_GRAPH, readOutdatedManifest, sealed } from '../../../src/gpt2/compiledModel';
import { compileModel } from '../../../src/gpt2/compileModel';
import { UnsupportedModelError } from '../../../src/gpt2/errors';
import { writeSafetensors } from '../../../src/gpt2/files/safetensors';
import type { Precision } from '../../../src/gpt2/quantise';
import type { CompileOptions } from '../../../src/gpt2/storedWeights';
import { expectedShapes } from '../../../src/gpt2/weights';
import { catalogue } from '../../../src/store/catalogue';
import { StoreError } from '../../../src/store/errors';
import type { Progress } from '../../../src/store/progress';
import { type InstallOptions, ModelStore, type StoreOptions } from '../../../src/store/store';
import { sha256, useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';
import { randomWeights, tinyConfig } from '../../support/randomModel';
import { tinyTokenizer } from '../../support/tinyTokenizer';
import { pickleOf, tensor, text, torchArchive } from '../../support/torchFile';
import { unigramModel } from '../../support/unigramModel';

const repo = 'writer/tiny';
const model = unigramModel();

describe('the model store', () => {
  const folder = useTemporaryFolder();
  let server: HubServer;
  beforeEach(async () => {
    server = await HubServer.start();
    server.add(repo, 'config.json', model.config);
    server.add(repo, 'model.safetensors', model.weights);
  });
  afterEach(() => server.stop());

  const open = (options: Partial<StoreOptions> = {}) =>
    new ModelStore({
      root: join(folder(), 'store'),
      hub: { endpoint: server.endpoint },
      retry: { backoffMs: 1 },
      calibrate: async () => undefined,
      compile: compileModel,
      openEngine: (path) => LocalEngine.open(path),
      ...options,
    });
  const modelFolders = () => readdir(join(folder(), 'store', 'models'));

  it('asks nothing of a hub that is turned off, and imports all the same', async () => {
    const store = open({ hub: { endpoint: server.endpoint, enabled: false } });
    await assert.rejects(store.install(repo), { code: 'forbidden', message: /inkling\.hub\.enabled is off\. Import/ });
    assert.deepEqual(server.requests, []);
    await mkdir(join(folder(), 'own'));
    await writeFile(join(folder(), 'own', 'config.json'), model.config);
    await writeFile(join(folder(), 'own', 'model.safetensors'), model.weights);
    assert.equal((await store.importFrom(join(folder(), 'own'))).manifest.origin.kind, 'local');
  });

  it('removes a link among the models, and never what it leads to', async () => {
    const store = open();
    await store.install(repo);
    const outside = join(folder(), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'novel.md'), 'mine');
    await symlink(outside, join(folder(), 'store', 'models', 'link'), 'junction');
    await symlink(outside, join(folder(), 'store', 'models', '.staging-link'), 'junction');
    const [unusable] = await store.listUnusable();
    assert.equal(unusable.name, 'link');
    await store.removeUnusable(unusable);
    assert.deepEqual(await store.listUnusable(), []);
    assert.deepEqual((await modelFolders()).length, 1);
    assert.equal(await readFile(join(outside, 'novel.md'), 'utf8'), 'mine');
  });

  it('downloads, compiles and tests a model, and remembers where it came from', async () => {
    const phases: Progress[] = [];
    const store = open();
    const installed = await store.install(repo, { onProgress: (progress) => phases.push(progress) });
    assert.deepEqual([...new Set(phases.map(({ phase }) => phase))], ['download', 'compile', 'self-test']);
    const { manifest } = installed;
    assert.equal(manifest.precision, 'q8');
    assert.equal(manifest.origin.id, repo);
    assert.equal(manifest.origin.revision, server.commit);
    assert.deepEqual(
      manifest.origin.sources.map(({ name, sha256 }) => [name, sha256]),
      [
        ['config.json', sha256(model.config)],
        ['model.safetensors', sha256(model.weights)],
      ],
    );
    for (const { name, sha256: promised } of manifest.files) {
      assert.equal(sha256(await readFile(join(installed.folder, name))), promised);
    }
    const download = phases.filter(({ phase }) => phase === 'download').at(-1);
    assert.deepEqual([download?.done, download?.total], [model.weights.length, model.weights.length]);
    assert.deepEqual(await store.list(), [installed]);
    assert.deepEqual(await readdir(join(folder(), 'store', 'downloads', 'writer--tiny')), []);
  });

  it('does not download a commit twice', async () => {
    const store = open();
    const first = await store.install(`${repo}@${server.commit}`);
    assert.deepEqual(await store.install(`${repo}@${server.commit}`), first);
    assert.equal(server.transfers().length, 1);
  });

  it('keeps the download when asked to, and compiles other precisions from it', async () => {
    const store = open();
    await store.install(repo, { precision: 'fp32', keepDownload: true });
    await store.install(repo, { precision: 'q4', keepDownload: true });
    assert.equal(server.transfers().length, 1);
    assert.deepEqual(
      (await store.list()).map(({ manifest }) => manifest.precision),
      ['fp32', 'q4'],
    );
  });

  it('downloads a kept file again when it has been damaged', async () => {
    const store = open();
    await store.install(repo, { precision: 'fp32', keepDownload: true });
    const kept = join(folder(), 'store', 'downloads', 'writer--tiny', server.commit, 'model.safetensors');
    const damaged = await readFile(kept);
    damaged[damaged.length - 1] ^= 1;
    await writeFile(kept, damaged);
    await store.install(repo, { precision: 'q4', keepDownload: true });
    assert.equal(server.transfers().length, 2);
  });

  it('puts a new version in the place of the old one', async () => {
    const store = open();
    await store.install(repo);
    const next = unigramModel(2);
    server.add(repo, 'model.safetensors', next.weights);
    const second = await store.install(repo);
    assert.deepEqual(await store.list(), [second]);
    assert.equal((await modelFolders()).length, 1);
    assert.equal(second.manifest.origin.sources[1].sha256, sha256(next.weights));
  });

  it('knows which copy is the newer one though the clock was set back', async () => {
    const store = open();
    const first = await store.install(repo);
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    try {
      const second = await store.install(repo);
      assert.ok(second.manifest.origin.installedAt > first.manifest.origin.installedAt);
      assert.deepEqual(await store.list(), [second]);
    } finally {
      Date.now = now;
    }
  });

  it('refuses a model that fails its self-test and keeps the old one in use', async () => {
    const store = open();
    const first = await store.install(repo);
    const broken = Buffer.from(model.weights);
    const start = 8 + Number(broken.readBigUInt64LE());
    // As well formed as before, but the embedding forgets what it knew.
    broken.fill(0, start, start + 50_257 * 32 * 4);
    server.add(repo, 'model.safetensors', broken);
    await assert.rejects(store.install(repo), { code: 'self-test', message: /stays in use/ });
    assert.deepEqual(await store.list(), [first]);
    assert.equal((await modelFolders()).length, 1);
  });

  it('leaves no download of a model that cannot be used, unless asked to, and that of a model the disk is too full for', async () => {
    const kept = () => readdir(join(folder(), 'store', 'downloads', 'writer--tiny'));
    const fullDisk = Object.assign(new Error(), { code: 'ENOSPC' });
    const fails: [Partial<StoreOptions>, InstallOptions, string, string[]][] = [
      [{ openEngine: () => Promise.reject(new StoreError('self-test', '')) }, {}, 'self-test', []],
      [{ compile: () => Promise.reject(new UnsupportedModelError('')) }, {}, 'unsupported', []],
      [
        { compile: () => Promise.reject(new TokenizerError('')) },
        { keepDownload: true },
        'unsupported',
        [server.commit],
      ],
      [
        { compile: () => Promise.reject(new UnsupportedModelError('', { cause: fullDisk })) },
        {},
        'unsupported',
        [server.commit],
      ],
    ];
    for (const [options, how, code, downloads] of fails) {
      await assert.rejects(open(options).install(repo, how), { code });
      assert.deepEqual(await kept(), downloads);
    }
  });

  it('reads the slower way where a model passes only so, and says it', async () => {
    const tested: boolean[] = [];
    const store = open({
      openEngine: async (path) => {
        const engine = await LocalEngine.open(path);
        const faster = existsSync(join(path, READING_GRAPH));
        tested.push(faster);
        const scored = engine.score.bind(engine);
        engine.score = async (...asked) => {
          const tokens = await scored(...asked);
          return tokens.map((each) =>
            faster && each.logprob !== null ? { ...each, logprob: each.logprob - 5 } : each,
          );
        };
        return engine;
      },
    });
    const { folder: installed, manifest } = await store.install(repo);
    assert.deepEqual(tested, [true, false]);
    assert.equal(existsSync(join(installed, READING_GRAPH)), false);
    assert.match(manifest.notes?.join(' ') ?? '', /texts are read the slower way/);
    const engine = await LocalEngine.open(installed);
    assert.ok((await engine.logits({ text: 'One two three.', bos: true })).every(Number.isFinite));
    await engine.dispose();
  });

  it('does not use a catalogue model whose bytes are not the pinned ones', async () => {
    server.add('openai-community/gpt2', 'config.json', model.config);
    server.add('openai-community/gpt2', 'model.safetensors', model.weights);
    await assert.rejects(open().install('gpt2'), { code: 'corrupt' });
    assert.deepEqual(await open().list(), []);
  });

  it('refuses what is no GPT-2 before its weights travel', async () => {
    server.add(repo, 'config.json', Buffer.from(JSON.stringify({ model_type: 'llama' })));
    await assert.rejects(open().install(repo), { code: 'unsupported', message: /GPT-2 models only/ });
    const other = { ...JSON.parse(model.config.toString()), vocab_size: 21128 };
    server.add(repo, 'config.json', Buffer.from(JSON.stringify(other)));
    await assert.rejects(open().install(repo), { code: 'unsupported', message: /21,128 tokens.*tokenizer\.json/ });
    server.add(repo, 'tokenizer.json', Buffer.from(JSON.stringify({ model: { type: 'WordPiece' } })));
    await assert.rejects(open().install(repo), { code: 'unsupported', message: /WordPiece/ });
    assert.equal(server.transfers().length, 0);
  });

  it('takes pytorch_model.bin where there is no safetensors, and says so where there is neither', async () => {
    server.add('writer/old', 'config.json', model.config);
    await assert.rejects(open().install('writer/old'), {
      code: 'not-found',
      message: /neither model.safetensors nor pytorch_model.bin/,
    });
    server.add('writer/old', 'pytorch_model.bin', toTorch(model.weights));
    const installed = await open().install('writer/old');
    assert.deepEqual(
      installed.manifest.origin.sources.map(({ name }) => name),
      ['config.json', 'pytorch_model.bin'],
    );
    const own = await open().install(repo);
    const [data] = [installed, own].map(({ manifest }) =>
      manifest.files.find(({ name }) => name === 'model.onnx.data'),
    );
    assert.deepEqual(
      data,
      own.manifest.files.find(({ name }) => name === data?.name),
      'the same weights',
    );
  });

  it('brings along what a tokenizer is written down in', async () => {
    const tokenizer = tinyTokenizer();
    const files = {
      ...tokenizer.pair,
      ...tokenizer.single,
      'special_tokens_map.json': Buffer.from('{}'),
      'tokenizer_config.json': Buffer.from('{"add_prefix_space":false}'),
    };
    let seen: string[] = [];
    const compile: typeof compileModel = async (from, ...rest) => {
      seen = await readdir(from);
      return compileModel(from, ...rest);
    };
    const config = tinyConfig({ vocab_size: tokenizer.size });
    server.add(repo, 'config.json', Buffer.from(JSON.stringify({ model_type: 'gpt2', ...config })));
    const shapes = expectedShapes(config);
    const tensors = [...randomWeights(config, 1)].map(([name, data]) => ({
      name,
      shape: shapes.get(name) ?? [],
      data,
    }));
    server.add(repo, 'model.safetensors', Buffer.from(writeSafetensors(tensors)));
    for (const [name, content] of Object.entries(files)) {
      server.add(repo, name, content);
    }
    const { manifest } = await open({ compile }).install(repo);
    assert.deepEqual(seen.sort(), ['config.json', 'model.safetensors', ...Object.keys(files)].sort());
    assert.deepEqual(manifest.origin.sources.map(({ name }) => name).sort(), seen);
  });

  it('takes no file from an earlier download that a mirror without commits has no more', async () => {
    Object.assign(server.faults, { mirror: true, commit: 'none' });
    const install = async () => {
      const { manifest } = await open().install(repo, { precision: 'fp32', keepDownload: true });
      return manifest.files.find(({ name }) => name === 'model.onnx.data')?.sha256;
    };
    const before = await install();
    server.remove(repo, 'model.safetensors');
    server.add(repo, 'pytorch_model.bin', toTorch(unigramModel(2).weights));
    assert.notEqual(await install(), before);
  });

  it('installs a revision that is asked for, beside the usual one', async () => {
    server.add('writer/pr', 'config.json', model.config);
    server.add('writer/pr', 'model.safetensors', model.weights, 'refs/pr/1');
    const store = open();
    await assert.rejects(store.install('writer/pr'), { code: 'not-found' });
    server.add('writer/pr', 'config.json', model.config, 'refs/pr/1');
    const asked = await store.install('writer/pr@refs/pr/1');
    assert.equal(asked.manifest.origin.id, 'writer/pr@refs/pr/1');
    assert.match(asked.manifest.origin.revision, /^[0-9a-f]{40}$/);
    assert.notEqual(asked.manifest.origin.revision, server.commit);
    server.add('writer/pr', 'model.safetensors', model.weights);
    const usual = await store.install('writer/pr');
    assert.deepEqual(
      (await store.list()).map(({ folder }) => folder),
      [usual.folder, asked.folder],
    );
    await store.remove(asked);
    assert.deepEqual(await store.list(), [usual]);
  });

  it('knows a model by the name that its repository has, in whatever case it was typed', async () => {
    const store = open();
    const first = await store.install(repo);
    const second = await store.install('Writer/TINY');
    assert.deepEqual(await store.list(), [second]);
    assert.equal(second.manifest.origin.id, first.manifest.origin.id);
  });

  it('pins a model of the catalogue in whatever case it was typed', async () => {
    server.add('openai-community/gpt2', 'config.json', model.config);
    server.add('openai-community/gpt2', 'model.safetensors', model.weights);
    for (const name of ['OpenAI-Community/GPT2', 'GPT2', `openai-community/gpt2@${catalogue[1].revision}`]) {
      await assert.rejects(open().install(name), { code: 'corrupt' }, name);
    }
    assert.equal((await open().install('openai-community/gpt2@main')).manifest.origin.id, 'openai-community/gpt2@main');
  });

  it('installs a sharded model', async () => {
    const { index, shards } = shard(model.weights);
    server.add('writer/shards', 'config.json', model.config);
    server.add('writer/shards', 'model.safetensors.index.json', index);
    for (const [name, content] of shards) {
      server.add('writer/shards', name, content);
    }
    const progress: Progress[] = [];
    const installed = await open().install('writer/shards', { onProgress: (p) => progress.push(p) });
    assert.equal(installed.manifest.origin.sources.length, 4);
    const last = progress.filter(({ phase }) => phase === 'download').at(-1);
    assert.equal(last?.done, last?.total, 'one bar for all shards');
    assert.equal(
      last?.total,
      [...shards.values()].reduce((sum, { length }) => sum + length, 0),
    );
  });

  it('is cancelled while it compiles and leaves nothing but the download', async () => {
    const cancel = new AbortController();
    const compile = (from: string, to: string, precision: Precision, options?: CompileOptions) => {
      cancel.abort();
      return compileModel(from, to, precision, options);
    };
    const store = open({ compile });
    await assert.rejects(store.install(repo, { signal: cancel.signal }), { name: 'AbortError' });
    assert.deepEqual(await modelFolders(), []);
    await open().install(repo);
    assert.equal(server.transfers().length, 1, 'the finished download was found');
  });

  it('lists no model that lacks a file or a byte', async () => {
    const store = open();
    const { folder: installed } = await store.install(repo);
    const copy = join(folder(), 'copy');
    await cp(installed, copy, { recursive: true });
    for (const name of await readdir(copy)) {
      await rm(join(installed, name));
      assert.deepEqual(await store.list(), [], `${name} missing`);
      await cp(join(copy, name), join(installed, name));
      await truncate(join(installed, name), (await stat(join(copy, name))).size - 2);
      assert.deepEqual(await store.list(), [], `${name} cut`);
      await cp(join(copy, name), join(installed, name));
    }
    assert.equal((await store.list()).length, 1);
  });

  it('does not list a model of another builder, knows it as outdated, and replaces it', async () => {
    const store = open();
    const { folder: installed } = await store.install(repo);
    const manifest = JSON.parse(await readFile(join(installed, 'manifest.json'), 'utf8'));
    await writeFile(join(installed, 'manifest.json'), JSON.stringify({ ...manifest, builderVersion: 0 }));
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await store.listUnusable(), [{ folder: installed, name: repo, reason: 'outdated' }]);
    assert.equal((await readOutdatedManifest(installed))?.origin?.id, repo);
    const renewed = await store.install(repo);
    assert.deepEqual(await store.list(), [renewed]);
    assert.equal(await readOutdatedManifest(renewed.folder), undefined);
    assert.equal((await modelFolders()).length, 1);
  });

  it('shows a model whose manifest is malformed as damaged, and lists the others', async () => {
    const store = open();
    server.add('writer/other', 'config.json', model.config);
    server.add('writer/other', 'model.safetensors', model.weights);
    const other = await store.install('writer/other');
    const { folder: damaged } = await store.install(repo);
    const path = join(damaged, 'manifest.json');
    const { seal: _, ...whole } = JSON.parse(await readFile(path, 'utf8'));
    const { origin } = whole;
    for (const change of [
      { origin: undefined },
      { origin: 'the hub' },
      { origin: { ...origin, id: undefined } },
      { origin: { ...origin, installedAt: 5 } },
      { origin: { ...origin, sources: 7 } },
      { origin: { ...origin, sources: [null] } },
      { files: {} },
      { precision: 'q9' },
      { config: null },
      { name: 5 },
    ]) {
      // Sealed, so that each is found out by itself.
      await writeFile(path, JSON.stringify(sealed({ ...whole, ...change })));
      assert.deepEqual(await store.list(), [other], JSON.stringify(change));
      const unusable = await store.listUnusable();
      assert.deepEqual(
        unusable.map(({ folder, reason }) => [folder, reason]),
        [[damaged, 'damaged']],
      );
    }
    for (const text of [`{"builderVersion":${BUILDER_VERSION},"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, '{']) {
      await writeFile(path, text);
      assert.deepEqual(await store.list(), [other]);
    }
    const both = await store.install('writer/other', { precision: 'fp32' });
    const [unusable] = await store.listUnusable();
    await store.removeUnusable(unusable);
    assert.deepEqual(await store.listUnusable(), []);
    assert.deepEqual(await store.list(), [both, other]);
  });

  it('removes a model and its kept download', async () => {
    const store = open();
    await store.remove(await store.install(repo, { keepDownload: true }));
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await modelFolders(), []);
    assert.deepEqual(await readdir(join(folder(), 'store', 'downloads')), []);
  });

  it('sweeps what a killed process left and keeps partial downloads', async () => {
    const store = open();
    const models = join(folder(), 'store', 'models');
    await mkdir(join(models, '.staging-dead', 'model'), { recursive: true });
    await mkdir(join(models, '.removed-1-x'));
    const part = join(folder(), 'store', 'downloads', 'other--model', 'main', 'model.safetensors.part');
    await mkdir(join(part, '..'), { recursive: true });
    await writeFile(part, 'x');
    await store.install(repo);
    assert.equal((await modelFolders()).length, 1);
    assert.equal(await readFile(part, 'utf8'), 'x');
  });

  it('imports a folder, its weights file, and a model of the hub cache; and only reads them', async () => {
    const own = join(folder(), 'my novel');
    await mkdir(own);
    await writeFile(join(own, 'config.json'), model.config);
    await writeFile(join(own, 'model.safetensors'), model.weights);
    const store = open();
    const imported = await store.importFrom(own);
    assert.equal(imported.manifest.origin.id, 'my novel');
    assert.equal(imported.manifest.origin.kind, 'local');
    const again = await store.importFrom(join(own, 'model.safetensors'), { precision: 'fp32' });
    assert.equal(again.manifest.origin.id, 'my novel');

    const cached = join(folder(), 'hub', 'models--writer--tiny');
    await mkdir(join(cached, 'refs'), { recursive: true });
    await writeFile(join(cached, 'refs', 'main'), server.commit);
    await cp(own, join(cached, 'snapshots', server.commit), { recursive: true });
    assert.equal((await store.importFrom(cached)).manifest.origin.id, repo);
    assert.deepEqual((await readdir(own)).sort(), ['config.json', 'model.safetensors']);
    assert.equal((await store.list()).length, 3);
    assert.equal(server.requests.length, 0);
  });

  it('keeps every folder that was imported, whatever it is called, and one copy of each', async () => {
    const store = open();
    const names = [
      'run-1/checkpoint-500',
      'run-2/checkpoint-500',
      '小说',
      '诗歌',
      'my model',
      'my_model',
      'x'.repeat(240),
    ];
    for (const name of names) {
      const own = join(folder(), name);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'config.json'), model.config);
      await writeFile(join(own, 'model.safetensors'), model.weights);
      await store.importFrom(own);
    }
    const again = await store.importFrom(join(folder(), '小说', 'config.json'));
    const list = await store.list();
    assert.deepEqual(
      list.map(({ manifest }) => manifest.origin.revision).sort(),
      names.map((name) => join(folder(), name)).sort(),
    );
    assert.equal((await modelFolders()).length, names.length);
    await store.remove(again);
    assert.equal((await modelFolders()).length, names.length - 1);
  }).timeout(60_000);

  it('says before the work begins that a model will not fit', async () => {
    const own = join(folder(), 'own');
    await mkdir(own);
    await writeFile(join(own, 'config.json'), model.config);
    await writeFile(join(own, 'model.safetensors'), model.weights);
    await assert.rejects(open({ free: async () => 1e6 }).importFrom(own), { code: 'disk-full' });
  });
});

/** The same tensors as torch writes them. */
function toTorch(weights: Buffer): Buffer {
  const headerLength = Number(weights.readBigUInt64LE());
  const header: Record<string, { shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    weights.subarray(8, 8 + headerLength).toString(),
  );
  const storages: Record<string, Uint8Array> = {};
  const items = Object.entries(header).flatMap(
    (
      [
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ],
      i,
    ) => {
      storages[i] = weights.subarray(8 + headerLength + begin, 8 + headerLength + end);
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
      return [text(name), tensor(String(i), (end - begin) / 4, 0, shape, strides)];
    },
  );
  return torchArchive(pickleOf('}(', ...items, 'u'), storages);
}

/** Splits a safetensors file into two, by tensors. */
function shard(weights: Buffer): { index: Buffer; shards: Map<string, Buffer> } {
  const headerLength = Number(weights.readBigUInt64LE());
  const header = JSON.parse(weights.subarray(8, 8 + headerLength).toString());
  const names = Object.keys(header);
  const map: Record<string, string> = {};
  const shards = new Map<string, Buffer>();
  [names.slice(0, 1), names.slice(1)].forEach((part, i) => {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    const own: Record<string, unknown> = {};
    const bodies: Buffer[] = [];
    let at = 0;
    for (const name of part) {
      const {
        data_offsets: [begin, end],
        ...rest
      } = header[name];
      own[name] = { ...rest, data_offsets: [at, at + end - begin] };
      bodies.push(weights.subarray(8 + headerLength + begin, 8 + headerLength + end));
      at += end - begin;
      map[name] = file;
    }
    const json = Buffer.from(JSON.stringify(own));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    shards.set(file, Buffer.concat([length, json, ...bodies]));
  });
  return { index: Buffer.from(JSON.stringify({ weight_map: map })), shards };
}
