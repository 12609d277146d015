import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import type { Answer } from '../../src/editor/ghostText/inlineCompletions';
import type { TestApi } from '../../src/editor/testApi';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../support/randomModel';
import { closeAll, configure, eventually, inkling, suggestionAt, type, write } from './support';
import { dictation } from './typing/manuscript';

/** A long text that gives the model no reason to repeat itself. */
const LONG = dictation(vscode.extensions.getExtension('inkling.inkling')?.extensionPath ?? '').trim();

describe('the engine, seen from the editor', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1 });
  });
  afterEach(closeAll);
  after(() => configure({ 'ghostText.triggerRate': undefined }));

  it('never blocks the event loop of the extension host during a long prefill', async () => {
    const folder = await temporaryFolder();
    const config = tinyConfig({ n_positions: 1024, n_embd: 256, n_layer: 6, n_head: 4 });
    await writeModel(folder, config, randomWeights(config, 1));
    await configure({ 'model.path': folder });
    await api.engine.info();
    const editor = await write(LONG);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await type(' H');
    await eventually('a prefill', async () => (await api.engine.stats()).tokensFed >= 512);
    await eventually('its end', async () => (await api.engine.stats()).active === 0);
    delay.disable();
    // Run here, each of the prefill's chunks would hold the loop up for some 60 ms. One long pause is somebody else's.
    const [half, most] = [50, 90].map((share) => delay.percentile(share) / 1e6);
    assert.ok(half < 20 && most < 60, `the event loop stood still for ${half} ms, ${most} ms at times`);
    assert.equal(editor.document.getText(), `${LONG} H`);
    await configure({ 'model.path': undefined });
    await rm(folder, { recursive: true });
  });

  it('comes back by itself after kill -9 during a run', async () => {
    const { document } = await write(LONG);
    await api.engine.info();
    const pid = api.enginePid();
    assert.ok(pid, 'no engine is running');
    const { started } = api.counts();
    // A name that no suggestion has foreseen, so that the model has to run.
    await type(' Quillon');
    await eventually('a generation', () => api.counts().started > started);
    process.kill(pid, 'SIGKILL');
    const status = await eventually(
      'an error in the status item',
      () => api.status()?.kind === 'error' && api.status(),
    );
    assert.match(status.detail, /engine/i);
    await type(' said');
    assert.equal(document.getText(), `${LONG} Quillon said`);
    await eventually('a new engine', () => api.enginePid() !== undefined && api.enginePid() !== pid);
    await type(' that');
    await suggestionAt(' that');
    await eventually('a calm status', () => api.status()?.kind === 'ready');
  });

  it('gives its memory back when idle, and the first request afterwards is answered', async () => {
    await configure({ 'engine.idleMinutes': 0.5 / 60 });
    await write(LONG);
    await type(' She');
    await suggestionAt(' She');
    await eventually('the engine asleep', () => api.enginePid() === undefined);
    await configure({ 'engine.idleMinutes': undefined });
    const answers: Answer[] = [];
    const subscription = api.onDidAnswer((answer) => answers.push(answer));
    await type(' said');
    await suggestionAt(' said');
    subscription.dispose();
    assert.equal(answers.filter(({ outdated }) => !outdated)[0].outcome?.kind, 'answered', 'no request is lost');
    assert.ok(api.enginePid() !== undefined);
  });

  it('says what is wrong with a damaged or missing model, and lets the writer type', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{"n_layer": 2');
    await writeFile(join(folder, 'model.safetensors'), 'not a model');
    for (const path of [folder, join(folder, 'missing')]) {
      await configure({ 'model.path': path });
      const { document } = await write('Once upon');
      await type(' a time');
      const status = await eventually('an error', () => {
        const now = api.status();
        return now?.kind === 'error' && now.detail.includes(path) && now;
      });
      assert.doesNotMatch(status.detail, /\n\s+at /, 'a stack trace is not for the writer');
      assert.equal(document.getText(), 'Once upon a time');
      await closeAll();
    }
    await configure({ 'model.path': undefined });
    await write('Once upon');
    await type(' a time');
    await suggestionAt(' a time');
    await rm(folder, { recursive: true });
  });
});
