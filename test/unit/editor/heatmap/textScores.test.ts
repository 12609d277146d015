import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TextScores } from '../../../../src/editor/heatmap/textScores';
import type { ScoreRequest } from '../../../../src/engine/api';
import { LocalEngine } from '../../../../src/engine/localEngine';
import { compileModel } from '../../../../src/gpt2/compileModel';
import { encode } from '../../../support/gpt2';
import { randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../../support/randomModel';

const CONTEXT = 64;
const signal = new AbortController().signal;
const prose = Array.from(
  { length: 18 },
  (_, i) => `Line ${i} of this tells of ${i % 7} foxes and ${i % 5} dogs.\n`,
).join('');

describe('the scores of a text that is being written', () => {
  let folder: string;
  let engine: LocalEngine;
  let asked: ScoreRequest[];
  let scores: TextScores;

  before(async () => {
    folder = await temporaryFolder();
    const config = tinyConfig({ n_positions: CONTEXT });
    // Two models of one name, precision and context.
    for (const [seed, at] of [
      [3, folder],
      [4, join(folder, 'other')],
    ] as const) {
      await writeModel(join(at, 'source'), config, randomWeights(config, seed));
      await compileModel(join(at, 'source'), join(at, 'compiled'), 'fp32');
    }
  });
  beforeEach(async () => {
    engine = await LocalEngine.open(join(folder, 'compiled'), { threads: 1 });
    asked = [];
    scores = new TextScores({
      info: () => engine.info(),
      tokenizer: () => engine.tokenizer(),
      score: (request, signal) => {
        asked.push(request);
        return engine.score(request, signal);
      },
    });
  });
  afterEach(() => engine.dispose());
  after(() => rm(folder, { recursive: true, force: true }));

  const scoreAll = async (text: string, screen: [number, number] = [0, 0]) => {
    await scores.update(text);
    while (await scores.scoreNext([screen], signal));
  };

  const takeOver = async (compiled: string) => {
    await engine.dispose();
    engine = await LocalEngine.open(compiled, { threads: 1 });
  };

  it('cover every token of the text, the first one after the start of the text', async () => {
    await scoreAll(prose);
    const tokens = scores.tokensIn(0, prose.length);
    assert.equal(tokens.length, encode(prose).length);
    assert.ok(tokens.every(({ logprob }) => logprob !== null));
    assert.equal(scores.progress, 1);
    for (const { text } of asked) assert.ok(encode(text).length < CONTEXT);
  });

  it('are those that the engine gives for the same context', async () => {
    const text = prose.slice(0, 120);
    await scoreAll(text);
    const expected = await engine.score({ text, bos: true });
    assert.deepEqual(
      scores.tokensIn(0, text.length).map(({ logprob, rank, utf16 }) => ({ logprob, rank, utf16 })),
      expected.map(({ logprob, rank, utf16 }) => ({ logprob, rank, utf16 })),
    );
  });

  it('begin with what is on screen', async () => {
    await scores.update(prose);
    const middle = Math.floor(prose.length / 2);
    await scores.scoreNext([[middle, middle + 100]], signal);
    assert.ok(scores.tokensIn(middle, middle + 1).length > 0);
    assert.equal(scores.tokensIn(0, 1).length, 0);
  });

  it('stay within what is on screen when told to', async () => {
    await scores.update(prose);
    const middle = Math.floor(prose.length / 2);
    while (await scores.scoreNext([[middle, middle + 100]], signal, true));
    assert.ok(scores.tokensIn(middle, middle + 100).length > 0);
    assert.ok(scores.progress < 0.5, `${scores.progress} of the text`);
  });

  it('cover what is on screen in two editors of the text', async () => {
    await scores.update(prose);
    const ends: [number, number][] = [
      [0, 20],
      [prose.length - 20, prose.length],
    ];
    while (await scores.scoreNext(ends, signal, true));
    for (const [from, to] of ends) assert.ok(scores.tokensIn(from, to).length > 0);
    assert.ok(scores.progress < 0.7, `${scores.progress} of the text`);
  });

  it('are asked for again only where an edit can change them', async () => {
    await scoreAll(prose);
    const blocks = asked.length;
    const middle = prose.indexOf('Line 9');
    const { tokensFed } = await engine.stats();
    asked.length = 0;
    await scoreAll(`${prose.slice(0, middle)}A new beginning. ${prose.slice(middle)}`);
    assert.ok(asked.length >= 1 && asked.length <= 4, `${asked.length} of ${blocks} blocks`);
    const fed = (await engine.stats()).tokensFed - tokensFed;
    assert.ok(fed <= asked.length * CONTEXT, `${fed} tokens for ${asked.length} blocks`);
    const [first] = asked;
    assert.ok(prose.indexOf(first.text.slice(0, 20)) > middle - 2 * CONTEXT * 6);
  });

  it('run only what follows the edit in the block where the writer types', async () => {
    await scoreAll(prose);
    await scoreAll(`${prose}The`);
    const { tokensFed } = await engine.stats();
    await scoreAll(`${prose}The end`);
    const fed = (await engine.stats()).tokensFed - tokensFed;
    assert.ok(fed <= 2, `${fed} tokens fed for one that was typed`);
  });

  it('need nothing when the text comes back to what it was, but for what the edit touched', async () => {
    await scoreAll(prose);
    asked.length = 0;
    await scoreAll(prose);
    assert.equal(asked.length, 0);
  });

  it('are forgotten when another model has taken over, though it bears the same name', async () => {
    const text = prose.slice(0, 120);
    await scoreAll(text);
    const before = await engine.info();
    await takeOver(join(folder, 'other', 'compiled'));
    assert.deepEqual({ ...(await engine.info()), id: before.id }, before);
    await scoreAll(text);
    const expected = await engine.score({ text, bos: true });
    assert.deepEqual(
      scores.tokensIn(0, text.length).map(({ logprob }) => logprob),
      expected.map(({ logprob }) => logprob),
    );
  });

  it('are kept when a copy of the model has taken over', async () => {
    await scoreAll(prose);
    asked.length = 0;
    await cp(join(folder, 'compiled'), join(folder, 'moved'), { recursive: true });
    await takeOver(join(folder, 'moved'));
    await scoreAll(prose);
    assert.equal(asked.length, 0);
  });
});
