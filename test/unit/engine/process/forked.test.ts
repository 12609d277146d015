import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mock } from 'node:test';
import type { EngineHealth } from '../../../../src/engine/health';
import type { Built } from '../../../support/build';
import { becomes, gone, isAlive, useEngineProcesses } from '../../../support/engineProcess';
import { encode, tokenText, VOCAB_SIZE } from '../../../support/gpt2';
import { randomWeights, tinyConfig, writeModel } from '../../../support/randomModel';
import { maxDifference, referenceForward } from '../../../support/reference';

const TOLERANCE = 1e-4;
const notSpaced = Array.from({ length: VOCAB_SIZE }, (_, id) => id).filter((id) => !tokenText(id).startsWith(' '));
const ABORTED = { name: 'AbortError' };
const FAILED = { name: 'EngineError' };

describe('the engine in its own process', () => {
  const { built: ofSuite, start } = useEngineProcesses();
  let built: Built;
  before(() => {
    built = ofSuite();
  });

  it("makes the model's own tokenizer on this side too, anew for another model", async () => {
    const engine = start();
    assert.deepEqual((await engine.tokenizer()).encode('Hello there'), encode('Hello there'));
    assert.equal(await engine.tokenizer(), await engine.tokenizer());
    const config = tinyConfig({ vocab_size: 380 });
    const german = join(built.folder, 'german');
    await writeModel(german, config, randomWeights(config, 5));
    const name = 'tokenizer.json';
    await cp(join(__dirname, '../../../data/formats/tokenizers/german', name), join(german, name));
    engine.restart({ model: { path: german, precision: 'fp32' } });
    const own = await engine.tokenizer();
    assert.equal(own.size, 380);
    const scored = await engine.score({ text: 'Am Morgen' });
    assert.deepEqual(
      scored.map(({ id }) => id),
      own.encode('Am Morgen'),
    );
  });

  it('answers every call', async () => {
    const engine = start();
    assert.equal(engine.pid, undefined, 'nothing is started before it is needed');
    const info = await engine.info();
    assert.equal(info.name, built.model.name);
    assert.equal(info.width, built.config.n_embd);
    const logits = await engine.logits({ text: 'Hello there' });
    const { logits: reference } = referenceForward(built.weights, built.config, encode('Hello there'));
    assert.ok(maxDifference(logits, reference.at(-1) ?? []) < TOLERANCE);
    const [scored, inspection, generation, completion] = await Promise.all([
      engine.score({ text: 'Hello there', top: 2 }),
      engine.inspect({ text: 'Hello there' }),
      engine.generate({ text: 'Hello', config: { maxNewTokens: 3 } }),
      engine.complete({ prefix: 'Hello', minLogprob: Number.NEGATIVE_INFINITY }),
    ]);
    assert.equal(scored[1].top.length, 2);
    assert.equal(inspection.attention.length, info.layers * info.heads * 2);
    assert.equal(generation.ids.length, 3);
    assert.equal(completion.suggestions.length, 1);
    assert.equal(engine.health.state, 'ready');
  });

  it('knows its model while it is ready, without asking the process', async () => {
    const engine = start();
    const info = await engine.info();
    await becomes(engine, 'ready');
    assert.ok(engine.pid);
    process.kill(engine.pid, 'SIGSTOP');
    assert.deepEqual(await engine.info(), info);
    process.kill(engine.pid, 'SIGCONT');
  });

  it('explains a text as scores and logits do', async () => {
    const engine = start();
    const text = 'Hello there, what a day';
    const { tokens, logits, stats } = await engine.explain({ text, top: 2 });
    assert.deepEqual(tokens, await engine.score({ text, top: 2 }));
    assert.deepEqual(logits, await engine.logits({ text }));
    assert.ok(stats.tokensFed > 0);
  });

  it('stops what is cancelled and answers what comes after', async () => {
    const engine = start();
    await engine.info();
    const controller = new AbortController();
    const scoring = engine.score({ text: 'All work and no play. '.repeat(200) }, controller.signal);
    controller.abort();
    await assert.rejects(scoring, ABORTED);
    const { runs } = await engine.stats();
    await engine.logits({ text: 'Hello' });
    assert.ok((await engine.stats()).runs - runs <= 2, 'the scoring went no further');
    await assert.rejects(engine.logits({ text: 'x' }, AbortSignal.abort()), ABORTED);
  });

  it('returns what a cancelled generation has written', async () => {
    const engine = start();
    const controller = new AbortController();
    let events = 0;
    const config = { maxNewTokens: 5000 };
    const onEvent = () => {
      if (++events === 3) controller.abort();
    };
    const generation = await engine.generate({ text: 'Hello', config }, onEvent, controller.signal);
    assert.equal(generation.finish, 'cancelled');
    assert.ok(generation.ids.length >= 3 && generation.ids.length < 5000);
    const nothing = await engine.generate({ text: 'Hello', config }, undefined, AbortSignal.abort());
    assert.deepEqual([nothing.finish, nothing.ids], ['cancelled', []]);
  });

  it('reads a space at the end of the text as the beginning of the next word, when asked to', async () => {
    const engine = start();
    const config = { maxNewTokens: 4 };
    const [plain, healed] = await Promise.all([
      engine.generate({ text: 'Once upon', config: { ...config, beginSuppressTokens: notSpaced } }),
      engine.generate({ text: 'Once upon ', config, healSpace: true }),
    ]);
    assert.deepEqual(healed.ids, plain.ids);
    assert.equal(` ${healed.text}`, plain.text);
    let events = '';
    await engine.generate({ text: 'Once upon ', config, healSpace: true }, (event) => {
      if (event.kind === 'token') events += event.text;
    });
    assert.equal(events, healed.text);
    assert.notDeepEqual((await engine.generate({ text: 'Once upon ', config })).ids, healed.ids);
  });

  it('lets the newest completion win', async () => {
    const engine = start();
    await engine.info();
    const text = 'It was a bright cold day in April, and the clocks';
    const requests = Array.from({ length: 30 }, (_, i) => engine.complete({ prefix: text.slice(0, 10 + i) }));
    const results = await Promise.allSettled(requests);
    for (const result of results.slice(0, -1)) {
      assert.equal(result.status === 'rejected' && result.reason.name, 'AbortError');
    }
    assert.equal(results.at(-1)?.status, 'fulfilled');
    assert.equal((await engine.stats()).active, 0);
  });

  it('fails what a killed process was doing, says so, and comes back by itself', async () => {
    const engine = start();
    const states: EngineHealth[] = [];
    engine.onHealth((health) => states.push(health));
    let pid: number | undefined;
    const kill = () => {
      pid ??= engine.pid;
      if (pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
    };
    const generating = engine.generate({ text: 'Hello', config: { maxNewTokens: 5000 } }, kill);
    const waiting = engine.score({ text: 'Hello there '.repeat(100) });
    await Promise.all([assert.rejects(generating, FAILED), assert.rejects(waiting, FAILED)]);
    assert.equal(engine.health.state, 'error');
    assert.ok(engine.health.state === 'error' && (engine.health.retryInMs ?? 0) > 0);
    await assert.rejects(engine.info(), { ...FAILED, message: /stopped unexpectedly \(SIGKILL\)/ });
    await becomes(engine, 'ready');
    assert.deepEqual(
      states.map(({ state }) => state),
      ['starting', 'ready', 'error', 'starting', 'ready'],
    );
    assert.notEqual(engine.pid, pid);
    assert.equal((await engine.info()).name, built.model.name);
  });

  it('says what is wrong with a model that cannot be run, and does not try again', async () => {
    const cut = join(built.folder, 'cut-weights');
    await cp(built.model.folder, cut, { recursive: true });
    await truncate(join(cut, 'model.safetensors'), 500_000);
    const broken = join(built.folder, 'broken-graph');
    await cp(join(built.folder, 'dist/model'), broken, { recursive: true });
    await writeFile(join(broken, 'model.onnx'), 'this is no graph');
    const short = join(built.folder, 'short-data');
    await cp(join(built.folder, 'dist/model'), short, { recursive: true });
    await truncate(join(short, 'model.onnx.data'), 100_000);
    const empty = join(built.folder, 'empty');
    await mkdir(empty);
    mock.timers.enable({ apis: ['setTimeout'] });
    const cases: readonly [path: string, message: RegExp][] = [
      [cut, /model\.safetensors is cut short/],
      [broken, /model\.onnx is not what was written/],
      [short, /model\.onnx\.data is not what was written/],
      [empty, /has no weights: no model\.safetensors/],
    ];
    await Promise.all(
      cases.map(async ([path, message]) => {
        const engine = start({ model: { path, precision: 'q8' } });
        const states: EngineHealth[] = [];
        engine.onHealth((health) => states.push(health));
        await assert.rejects(engine.info(), { ...FAILED, message });
        assert.ok(engine.health.state === 'error' && engine.health.retryInMs === undefined);
        await assert.rejects(engine.info(), { ...FAILED, message });
        mock.timers.tick(24 * 60 * 60_000);
        assert.deepEqual(
          states.map(({ state }) => state),
          ['starting', 'error'],
        );
        assert.equal(engine.pid, undefined);
        engine.restart({ model: { path: built.model.folder, precision: 'fp32' } });
        assert.equal((await engine.info()).name, built.model.name);
      }),
    );
  });

  it('says so when onnxruntime cannot be loaded, and does not try again', async () => {
    const folder = join(built.folder, 'without-library');
    const packages = dirname(dirname(require.resolve('onnxruntime-node/package.json')));
    const isLibrary = (path: string) => /(^lib|^)onnxruntime\.(so|dll|dylib|\d)/.test(basename(path));
    for (const name of ['onnxruntime-node', 'onnxruntime-common']) {
      const to = join(folder, 'node_modules', name);
      await cp(join(packages, name), to, { recursive: true, filter: (path) => !isLibrary(path) });
    }
    await cp(join(built.folder, 'dist/engine.js'), join(folder, 'engine.js'));
    const engine = start({ script: join(folder, 'engine.js') });
    await assert.rejects(engine.info(), { ...FAILED, message: /^onnxruntime cannot be loaded on this machine/ });
    assert.ok(engine.health.state === 'error' && engine.health.retryInMs === undefined);
    assert.ok(!engine.health.message.includes('\n'), 'one line, no stack');
    await assert.rejects(engine.complete({ prefix: 'Once' }), FAILED);
    assert.equal(engine.pid, undefined);
  });

  it('lets an idle process go, also after what was cancelled, and starts another when it is needed', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const engine = start({ idleMinutes: 10 });
    const controller = new AbortController();
    const scoring = engine.score({ text: 'All work and no play. '.repeat(20_000) }, controller.signal);
    await becomes(engine, 'ready');
    const { pid } = engine;
    mock.timers.tick(10 * 60_000);
    assert.equal(engine.pid, pid, 'it is not let go while it works');
    controller.abort();
    await assert.rejects(scoring, ABORTED);
    mock.timers.tick(10 * 60_000 - 1);
    assert.equal(engine.health.state, 'ready');
    mock.timers.tick(1);
    assert.equal(engine.health.state, 'asleep');
    await gone(pid);
    assert.deepEqual(await engine.stats(), { runs: 0, tokensFed: 0, busyMs: 0, active: 0 }, 'asking does not wake it');
    assert.equal(engine.pid, undefined);
    assert.equal((await engine.info()).name, built.model.name);
  });

  it('never blocks the event loop of who calls', async () => {
    const engine = start();
    await engine.info();
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await engine.score({ text: 'All work and no play makes Jack a dull boy. '.repeat(20) });
    counting = false;
    const { runs } = await engine.stats();
    // In this process each run would be one turn, or two.
    assert.ok(turns > 5 * runs, `${turns} turns in ${runs} runs`);
  });

  it('leaves no process behind, and nobody waiting, when it is shut down', async () => {
    const engine = start();
    await engine.info();
    const { pid } = engine;
    const scoring = engine.score({ text: 'All work and no play. '.repeat(200) });
    await engine.dispose();
    await assert.rejects(scoring, { ...FAILED, message: /shut down/ });
    await gone(pid);
    await assert.rejects(engine.info(), { ...FAILED, message: /shut down/ });
    const starting = start();
    const info = starting.info();
    const startingPid = starting.pid;
    await starting.dispose();
    await assert.rejects(info, { ...FAILED, message: /shut down/ });
    await gone(startingPid);
  });

  it('ends with the process that it was started for', async () => {
    const model = { path: join(built.folder, 'dist/model'), precision: 'q8' };
    const args = JSON.stringify({ model, cache: built.folder, threads: 1 });
    const child = fork(join(built.folder, 'dist/engine.js'), [args], { execArgv: [], serialization: 'advanced' });
    await once(child, 'message');
    child.disconnect();
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
