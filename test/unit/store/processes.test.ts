import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import type { Progress } from '../../../src/store/progress';
import { type InstalledModel, ModelStore } from '../../../src/store/store';
import { sha256, useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';
import type { ChildTask } from '../../support/installChild';
import { unigramModel } from '../../support/unigramModel';

const repo = 'writer/tiny';
const oldModel = unigramModel(1);
const newModel = unigramModel(2);

describe('the model store and processes that die', () => {
  const folder = useTemporaryFolder();
  const script = join(__dirname, '../../../out/test/installChild.js');
  let server: HubServer;
  const children: ChildProcess[] = [];

  before(() =>
    build({
      entryPoints: [join(__dirname, '../../support/installChild.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      external: ['onnxruntime-node'],
    }),
  );
  beforeEach(async () => {
    server = await HubServer.start();
    server.add(repo, 'config.json', oldModel.config);
    server.add(repo, 'model.safetensors', oldModel.weights);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
    }
    await server.stop();
  });

  const root = () => join(folder(), 'store');
  const open = () =>
    new ModelStore({
      root: root(),
      hub: { endpoint: server.endpoint },
      retry: { backoffMs: 1 },
      lockStaleMs: 2000,
      calibrate: async () => undefined,
      compile: compileModel,
      openEngine: (path) => LocalEngine.open(path),
    });

  interface Run {
    readonly progress: Progress[];
    readonly folder?: string;
    readonly error?: string;
    readonly killed: boolean;
  }

  /** Installs in a process of its own and waits for its end. */
  const run = async (
    task: Partial<ChildTask>,
    onProgress: (progress: Progress, child: ChildProcess) => void = () => {},
  ) => {
    const full: ChildTask = { root: root(), endpoint: server.endpoint, repo, ...task };
    const child = fork(script, [JSON.stringify(full)]);
    children.push(child);
    const progress: Progress[] = [];
    let result: { folder?: string; error?: string } = {};
    child.on('message', (message: Progress | { folder?: string; error?: string }) => {
      if ('phase' in message) {
        progress.push(message);
        onProgress(message, child);
      } else {
        result = message;
      }
    });
    const [, signal] = await once(child, 'exit');
    return { progress, ...result, killed: signal === 'SIGKILL' } satisfies Run;
  };

  /** The one model that is listed, after a look at every byte of it. */
  const theOnlyModel = async (): Promise<InstalledModel> => {
    const models = await open().list();
    assert.equal(models.length, 1);
    const [model] = models;
    for (const { name, sha256: promised } of model.manifest.files) {
      assert.equal(sha256(await readFile(join(model.folder, name))), promised, `${name} is whole`);
    }
    const engine = await LocalEngine.open(model.folder);
    assert.equal((await engine.logits({ text: 'It works' })).length, 50_257);
    await engine.dispose();
    return model;
  };
  const sourceOf = (model: InstalledModel) => model.manifest.origin.sources[1].sha256;

  it('killed in the middle of a download: nothing is listed, and the next run takes it up from there', async () => {
    server.faults.trickle = { bytes: 200_000, everyMs: 20 };
    const killed = await run({}, ({ done }, child) => {
      if (done > 1_000_000) {
        child.kill('SIGKILL');
      }
    });
    assert.ok(killed.killed);
    assert.deepEqual(await open().list(), []);
    server.faults.trickle = undefined;
    server.bytesSent = 0;
    await open().install(repo);
    assert.ok(server.bytesSent < oldModel.weights.length - 900_000, `${server.bytesSent} bytes travelled again`);
    assert.equal(sourceOf(await theOnlyModel()), sha256(oldModel.weights));
  });

  it('killed in the middle of compiling: the old model works, and the next run needs no download', async () => {
    await open().install(repo);
    server.add(repo, 'model.safetensors', newModel.weights);
    const killed = await run({ dieAtCompile: 0.3 });
    assert.ok(killed.killed);
    assert.ok((await readdir(join(root(), 'models'))).some((name) => name.startsWith('.staging-')));
    assert.equal(sourceOf(await theOnlyModel()), sha256(oldModel.weights));
    const transfers = server.transfers().length;
    await open().install(repo);
    assert.equal(server.transfers().length, transfers);
    assert.equal(sourceOf(await theOnlyModel()), sha256(newModel.weights));
    assert.equal((await readdir(join(root(), 'models'))).length, 1, 'the dead process was swept up after');
  });

  it('killed at every single change of a folder: the old model works or the new one does', async function () {
    this.timeout(300_000);
    await open().install(repo);
    server.add(repo, 'model.safetensors', newModel.weights);
    const seen: string[] = [];
    for (let dieAt = 1, killed = true; killed; dieAt++) {
      const result = await run({ dieAt });
      assert.equal(result.error, undefined);
      ({ killed } = result);
      seen.push(sourceOf(await theOnlyModel()));
      // A dead process's lock goes stale by itself, as above; here nobody waits for that.
      await rm(join(root(), 'lock'), { recursive: true, force: true });
    }
    const [was, is] = [oldModel, newModel].map(({ weights }) => sha256(weights));
    const turn = seen.indexOf(is);
    assert.ok(turn > 5 && turn < seen.length - 1, `it turned at change ${turn} of ${seen.length}`);
    assert.deepEqual(seen, [...Array(turn).fill(was), ...Array(seen.length - turn).fill(is)]);
    assert.equal((await readdir(join(root(), 'models'))).length, 1);
  });

  it('two processes at once: one downloads, the other says what it waits for and takes the result', async () => {
    server.faults.trickle = { bytes: 500_000, everyMs: 50 };
    const runs = await Promise.all([run({}), run({})]);
    assert.equal(server.transfers().length, 1);
    assert.deepEqual(
      runs.map(({ error }) => error),
      [undefined, undefined],
    );
    assert.equal(runs[0].folder, runs[1].folder);
    const waits = runs.flatMap(({ progress }) => progress.filter(({ phase }) => phase === 'waiting'));
    assert.deepEqual(
      waits.map(({ detail }) => detail),
      [repo],
    );
    assert.equal((await theOnlyModel()).folder, runs[0].folder);
  });
});
