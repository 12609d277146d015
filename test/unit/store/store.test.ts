import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel, readOutdatedManifest } from '../../../src/gpt2/compiledModel';
import type { Precision } from '../../../src/gpt2/precision';
import type { CompileOptions } from '../../../src/gpt2/storedWeights';
import type { Progress } from '../../../src/store/progress';
import { ModelStore, type StoreOptions } from '../../../src/store/store';
import { sha256, useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';
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
      openEngine: (path) => LocalEngine.open(path),
      ...options,
    });
  const modelFolders = () => readdir(join(folder(), 'store', 'models'));

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
    for (const { name, sha256: promised } of manifest.origin.files) {
      assert.equal(sha256(await readFile(join(installed.folder, name))), promised);
    }
    const download = phases.filter(({ phase }) => phase === 'download').at(-1);
    assert.deepEqual([download?.done, download?.total], [model.weights.length, model.weights.length]);
    assert.deepEqual(await store.list(), [installed]);
    assert.deepEqual(await readdir(join(folder(), 'store', 'downloads', 'writer--tiny')), []);
  });

  it('does not download a commit twice', async () => {
    const store = open();
    const first = await store.install(repo, { revision: server.commit });
    assert.deepEqual(await store.install(repo, { revision: server.commit }), first);
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

  it('says what a repository has instead of safetensors', async () => {
    server.add('writer/old', 'config.json', model.config);
    await assert.rejects(open().install('writer/old'), { code: 'not-found', message: /no model.safetensors/ });
    server.add('writer/old', 'pytorch_model.bin', Buffer.alloc(2000));
    await assert.rejects(open().install('writer/old'), { code: 'unsupported', message: /pickled.*refs\/pr/ });
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
    assert.equal((await readOutdatedManifest(installed))?.origin?.id, repo);
    const renewed = await store.install(repo);
    assert.deepEqual(await store.list(), [renewed]);
    assert.equal(await readOutdatedManifest(renewed.folder), undefined);
    assert.equal((await modelFolders()).length, 1);
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
