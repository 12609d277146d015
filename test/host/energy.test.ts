import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import { answerAt, closeAll, configure, eventually, inkling, outcome, type, write } from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';

describe('saving energy', () => {
  let api: TestApi;
  before(async () => {
    api = await inkling();
    await configure({ 'ghostText.triggerRate': 1 });
  });
  afterEach(closeAll);
  after(() => configure({ 'ghostText.triggerRate': undefined, 'engine.saveEnergy': 'never' }));

  it('asks for short suggestions and does not look ahead, and says so', async () => {
    await api.engine.info();
    const pid = api.enginePid();
    await configure({ 'engine.saveEnergy': 'always' });
    await eventually('a word on it in the status', () =>
      api.status()?.detail.includes('The settings ask to save energy'),
    );
    assert.equal(api.enginePid(), pid, 'the engine starts anew for nothing');
    await write(OPENING);
    await type(' knew');
    await answerAt(' knew');
    const last = outcome();
    assert.ok(last?.kind === 'answered' && last.request.maxTokens === 8 && last.energySaving === 'asked');
    assert.equal(api.looksAhead(), false);
  });

  it('gives all there is to who asks', async () => {
    await write(OPENING);
    await type(' knew');
    await answerAt(' knew');
    await vscode.commands.executeCommand('inkling.suggestNow');
    await eventually('the answer', () => {
      const last = outcome();
      return last?.kind === 'answered' && last.request.alternatives === 5 && last.request.maxTokens === 24;
    });
  });

  it('ends with the setting', async () => {
    await configure({ 'engine.saveEnergy': 'never' });
    await eventually('a calm status', () => !api.status()?.detail.includes('to save energy'));
    await write(OPENING);
    // Counted when the answer is given: on a busy machine the look ahead may have begun when this test hears of it.
    let started = Number.POSITIVE_INFINITY;
    const listening = api.onDidAnswer(() => {
      started = api.counts().started;
    });
    await type(' knew');
    await answerAt(' knew');
    const last = outcome();
    assert.ok(last?.kind === 'answered' && last.request.maxTokens === 24 && last.energySaving === undefined);
    await eventually('a look ahead', () => api.counts().started > started);
    listening.dispose();
  });
});
