import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { InklingApi, InklingExports, Model } from '../../src/api/inkling';
import type { TestApi } from '../../src/editor/testApi';
import { answerAt, closeAll, configure, eventually, inkling, type, write } from './support';

const TEXT = 'The weather today is';

describe('what Inkling offers to other extensions', () => {
  let api: InklingApi;
  let tests: TestApi;
  before(async () => {
    tests = await inkling();
    const sample = vscode.extensions.getExtension<InklingApi>('sample.inkling-sample');
    assert.ok(sample, 'the sample is not installed');
    api = await sample.activate();
  });
  afterEach(closeAll);

  it('is a version of its interface, and nothing else', () => {
    const exports = vscode.extensions.getExtension<InklingExports>('inkling.inkling')?.exports;
    assert.deepEqual(Object.keys(api).sort(), [
      'complete',
      'model',
      'nextToken',
      'onDidChangeModel',
      'score',
      'tokenize',
    ]);
    assert.throws(() => exports?.getApi(2 as 1), { name: 'RangeError' });
  });

  it('names the model', async () => {
    const model = await api.model();
    assert.equal(model.name, (await tests.engine.info()).name);
    assert.equal(model.server, undefined);
  });

  it('cuts a text into tokens without gaps', async () => {
    const text = 'Ünïcode — and 👩‍👧 too';
    const tokens = await api.tokenize(text);
    assert.equal(tokens[0].start, 0);
    assert.equal(tokens.at(-1)?.end, text.length);
    for (const [i, { start }] of tokens.entries()) assert.ok(i === 0 || start <= tokens[i - 1].end);
  });

  it('tells the next token and how sure the model is', async () => {
    const { candidates, entropy } = await api.nextToken(TEXT, { top: 5 });
    assert.equal(candidates.length, 5);
    const explained = await tests.engine.explain({ text: TEXT });
    const best = explained.logits.indexOf(Math.max(...explained.logits));
    assert.equal(candidates[0].id, best);
    assert.ok(entropy > 0 && entropy < Math.log2(explained.logits.length));
  });

  it('scores a text, and lets a sample tell how surprising a document is', async () => {
    const scored = await api.score(TEXT);
    assert.equal(scored[0].probability, null);
    assert.ok(scored.slice(1).every(({ probability }) => (probability ?? 0) > 0));
    await write(TEXT);
    const bits = await vscode.commands.executeCommand<number>('inklingSample.bitsPerWord');
    const sum = scored.reduce((all, { probability }) => all - Math.log2(probability ?? 1), 0);
    assert.ok(Math.abs(bits - sum / 4) < 0.01, `${bits}`);
  });

  it('completes', async () => {
    const completions = await api.complete({ before: TEXT }, { maxTokens: 4, alternatives: 2 });
    assert.ok(completions.length >= 1);
    assert.match(completions[0].text, /^ ?\p{L}/u);
  });

  it('refuses what is too much, and ends what is cancelled', async () => {
    await assert.rejects(api.nextToken(TEXT, { top: 1e6 }), { name: 'RangeError' });
    await assert.rejects(api.score('a'.repeat(100_001)), { name: 'RangeError' });
    const source = new vscode.CancellationTokenSource();
    source.cancel();
    await assert.rejects(api.score(TEXT, source.token), (error) => error instanceof vscode.CancellationError);
    const many = Array.from({ length: 40 }, () => api.tokenize(TEXT));
    const outcomes = await Promise.allSettled(many);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 32);
  });

  it('keeps the writer waiting for nobody: ghost text comes while calls are waiting', async () => {
    const text = `${TEXT} ${'good and the people of the town were '.repeat(80)}`;
    let answered = 0;
    const calls = Array.from({ length: 20 }, () => api.score(text).then(() => answered++));
    await write('The old house stood at the end of th');
    await type('e');
    await answerAt('at the end of the');
    assert.ok(answered < calls.length, 'the calls were answered first');
    await Promise.all(calls);
    assert.equal(answered, calls.length);
  });

  it('says when another model answers', async () => {
    const names: string[] = [];
    const listening = api.onDidChangeModel(({ name }: Model) => names.push(name));
    const { name } = await api.model();
    const root = vscode.extensions.getExtension('inkling.inkling')?.extensionPath ?? '';
    await configure({ 'model.path': join(root, 'test/data/german') });
    const other = await eventually('the other model', async () => {
      const model = await api.model();
      return model.name === name ? undefined : model.name;
    });
    await configure({ 'model.path': undefined });
    await eventually('the model of before', async () => (await api.model()).name === name);
    await eventually('word of it', () => names.length === 2);
    listening.dispose();
    assert.deepEqual(names, [other, name]);
  });
});
