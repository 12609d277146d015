import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { softmax } from '../../../src/core/logits';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { Explainer } from '../../../src/panel/explainer';
import { readToPanel } from '../../../src/panel/protocol';
import { encode } from '../../support/gpt2';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';

const signal = new AbortController().signal;
const place = (before: string, after = '') => ({ uri: 'file:///a.md', name: 'a.md', before, after });
const [very, good] = [encode(' very')[0], encode(' good')[0]];

describe('what the panel asks of the engine', () => {
  let folder: string;
  let engine: LocalEngine;
  let explainer: Explainer;

  before(async () => {
    folder = await temporaryFolder();
    const config = tinyConfig({ vocab_size: 50257, n_positions: 160 });
    await writeModel(join(folder, 'source'), config, randomWeights(config, 1));
    await compileModel(join(folder, 'source'), join(folder, 'compiled'), 'fp32');
    engine = await LocalEngine.open(join(folder, 'compiled'), { threads: 1 });
    explainer = new Explainer(engine);
  });
  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('is answered in messages that the webview takes', async () => {
    const explained = await explainer.position(place('The weather today is', ' and so on.'), signal);
    for (const message of [
      await explainer.model(),
      explained.message,
      await explainer.branch(explained, [very], signal),
      await explainer.words(explained, [very], signal),
      await explainer.why(explained, [very], good, signal),
    ]) {
      assert.ok(readToPanel(message), message.type);
    }
  });

  it('includes what the writer’s texts say, at the cursor and after a branch, without a run of the model for it', async () => {
    const text = 'Yesterday Quillonby Vane came. Then ';
    const here = place(text);
    assert.equal((await explainer.position(here, signal)).message.recalled, undefined);
    await engine.remember({ kind: 'open', uri: here.uri, text });
    await engine.remember({ kind: 'settle' });
    const { runs } = await engine.stats();
    const explained = await explainer.position(here, signal);
    const recalled = explained.message.recalled;
    assert.ok(recalled && readToPanel(explained.message));
    const whole = recalled.addends.reduce((sum, addend) => sum + addend, recalled.modelShare);
    assert.ok(Math.abs(whole - 1) < 1e-9);
    const ids = encode('Quillonby');
    const branch = await explainer.branch(explained, ids.slice(0, -1), signal);
    assert.ok(readToPanel(branch));
    const best = branch.recalled?.ids[branch.recalled.addends.indexOf(Math.max(...branch.recalled.addends))];
    assert.equal(best, ids[ids.length - 1]);
    assert.equal((await explainer.position(here, signal)).message.recalled?.ids.length, recalled.ids.length);
    assert.equal(runs, explained.work.runs);
    await engine.remember({ kind: 'forget' });
  });

  it('runs a beam search with its settings, from a branch, and keeps every step', async () => {
    const explained = await explainer.position(place('The weather today is'), signal);
    const search = { beams: 4, groups: 2, diversity: 1, tokens: 3, lengthPenalty: 0 };
    const message = await explainer.beams(explained, [very], search, signal);
    assert.ok(readToPanel(message));
    assert.equal(message.steps.length, 3);
    assert.deepEqual([...new Set(message.steps[0].nodes.map(({ group }) => group))], [0, 1]);
    assert.equal(message.best.length, 4);
    const [{ ids, score }] = message.best;
    const scored = await engine.score({ text: 'The weather today is', bos: true, appended: [very, ...ids] });
    const sum = scored.slice(-ids.length).reduce((total, { logprob }) => total + (logprob ?? 0), 0);
    assert.ok(Math.abs(score - sum) < 1e-3, `a length penalty of 0 ranks by the sum: ${score}, not ${sum}`);
  });

  it('scores every token, and gives the logits that the engine gives', async () => {
    const text = 'The weather today is';
    const { message } = await explainer.position(place(text), signal);
    assert.deepEqual(
      message.tokens.map(({ id }) => id),
      encode(text),
    );
    assert.deepEqual(await engine.logits({ text, bos: true }), message.logits);
    const [, second] = message.tokens;
    const logits = await engine.logits({ text: 'The', bos: true });
    assert.ok(Math.abs(Math.exp(second.logprob ?? 0) - softmax(logits)[second.id]) < 1e-6);
  });

  it('is one question a place, beside what the client knows of the model', async () => {
    const asked: string[] = [];
    const counting = new Proxy(engine, {
      get(target, name: keyof LocalEngine) {
        const member = target[name];
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          asked.push(name);
          return Reflect.apply(member, target, args);
        };
      },
    });
    await new Explainer(counting).position(place('The weather today is', ' nice'), signal);
    assert.deepEqual(
      asked.filter((name) => name !== 'info' && name !== 'tokenizer'),
      ['explain'],
    );
  });

  it('reads only what is new when the writer goes on', async () => {
    const text = 'The weather today is quite unlike the weather we had yesterday, and';
    await explainer.position(place(text), signal);
    const { tokensFed } = await engine.stats();
    await explainer.position(place(`${text} so`), signal);
    assert.ok((await engine.stats()).tokensFed - tokensFed <= 3);
  });

  it('costs ghost text nothing: what that has read stays read', async () => {
    const prefix = 'The weather today is quite unlike anything that we had seen before, and so';
    await engine.complete({ prefix, maxTokens: 1 });
    const explained = await explainer.position(place(`${prefix} on`, ' and on'), signal);
    await explainer.branch(explained, [very], signal);
    await explainer.words(explained, [], signal);
    await explainer.why(explained, [], very, signal);
    const { tokensFed } = await engine.stats();
    await engine.complete({ prefix: `${prefix} we`, maxTokens: 1 });
    assert.ok((await engine.stats()).tokensFed - tokensFed <= 4);
  });

  it('keeps the text after the cursor and scores it again after a branch', async () => {
    const text = 'The weather today is';
    const explained = await explainer.position(place(text, ' nice'), signal);
    const branch = await explainer.branch(explained, [very], signal);
    const [nice] = branch.after;
    const probability = async (text: string) => softmax(await engine.logits({ text, bos: true }))[nice.id];
    assert.ok(Math.abs(Math.exp(nice.before ?? 0) - (await probability(text))) < 1e-6);
    assert.ok(Math.abs(Math.exp(nice.now ?? 0) - (await probability(`${text} very`))) < 1e-6);
    assert.equal(branch.tokens[0].id, very);
    assert.equal(branch.continuation.length, 12);
  });

  it('looks at every token and at no other: each row of attention sums to 1', async () => {
    const explained = await explainer.position(place('The weather today is', ' nice'), signal);
    const why = await explainer.why(explained, [], very, signal);
    assert.equal(why.tokens, explained.message.tokens.length + 1);
    assert.equal(why.attention.length, why.layers * why.heads * why.tokens);
    for (let row = 0; row < why.layers * why.heads; row++) {
      const weights = why.attention.subarray(row * why.tokens, (row + 1) * why.tokens);
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-5);
    }
    const last = why.lens.at(-1);
    const output = softmax(explained.message.logits)[very];
    assert.ok(Math.abs(Math.exp(last?.candidateLogprob ?? 0) - output) < 1e-6);
  });

  it('sees the end of a long text, and knows how much stands before it', async () => {
    const text = 'The weather today is nice.\n\n'.repeat(60);
    const explained = await explainer.position(place(text), signal);
    const { message, window } = explained;
    assert.equal(message.tokensBefore, encode(text).length);
    assert.ok(window.start > 0 && message.start === null);
    assert.ok(message.tokens.length < 160);
    const branch = await explainer.branch(explained, [very, good], signal);
    assert.equal(branch.tokens.length, 2);
  });

  it('shows what stands after the cursor in whole characters', async () => {
    const { message } = await explainer.position(place('The', `${' a'.repeat(23)} 🥳 b`), signal);
    assert.equal(message.after.length, 23);
    const split = await explainer.position(place('The', `${'é'.repeat(599)}🥳`), signal);
    assert.ok(split.message.after.every(({ text }) => !text.includes('\ufffd')));
  });

  it('ends when nobody waits for it any more', async () => {
    const gone = AbortSignal.abort();
    await assert.rejects(explainer.position(place('Something never read before'), gone), { name: 'AbortError' });
  });

  it('tells the text of a candidate, or why it cannot stand in a document', async () => {
    const [first, ...rest] = encode('👩');
    await assert.rejects(explainer.textOf([first]), /only a part of a character/);
    await assert.rejects(explainer.textOf([very, 1_000_000]), /The model has no token 1000000\./);
    assert.equal(await explainer.textOf([first, ...rest]), '👩');
  });
});
