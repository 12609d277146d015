import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { useTemporaryFolder } from '../../support/content';
import { randomWeights, tinyConfig, writeModel } from '../../support/randomModel';

const FIXTURES = join(__dirname, '../../data/formats/tokenizers');

describe('a model with a tokenizer of its own', () => {
  const folder = useTemporaryFolder();
  const engines: LocalEngine[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.dispose();
  });

  /** A model of random weights with so many tokens, and the files of a fixture's tokenizer beside it. */
  async function open(rows: number, tokenizer?: string): Promise<LocalEngine> {
    const config = tinyConfig({ vocab_size: rows });
    const source = join(folder(), `source ${tokenizer} ${rows}`);
    await writeModel(source, config, randomWeights(config, rows));
    if (tokenizer !== undefined) {
      await cp(join(FIXTURES, tokenizer), source, {
        recursive: true,
        filter: (path) => !path.endsWith('vectors.json'),
      });
    }
    const compiled = join(folder(), 'compiled');
    await compileModel(source, compiled, 'fp32');
    const engine = await LocalEngine.open(compiled, { threads: 1 });
    engines.push(engine);
    return engine;
  }
  const sampled = (seed: number) => ({ maxNewTokens: 40, doSample: true, topK: 0, temperature: 20, seed });

  it('reads and writes with it, in every way in', async () => {
    const engine = await open(380, 'german');
    const tokenizer = await engine.tokenizer();
    const text = 'Am Morgen lag Nebel über';
    const ids = tokenizer.encode(text);
    assert.ok(readdirSync(join(folder(), 'compiled')).includes('tokenizer.json'));
    const [ofText, ofIds] = [await engine.logits({ text }), await engine.logits({ text: '', appended: ids })];
    assert.deepEqual(ofText, ofIds);
    const scored = await engine.score({ text, top: 2 });
    assert.deepEqual(
      scored.map(({ id }) => id),
      ids,
    );
    assert.equal(tokenizer.decode(ids), text);
    const { ids: written, text: spelled } = await engine.generate({ text, config: { maxNewTokens: 12 } });
    assert.equal(spelled, tokenizer.decode(written.filter((id) => !tokenizer.isSpecial(id))));
    const { words } = await engine.words({ text });
    assert.ok(words.length > 0 && words.every((word) => !word.text.includes('\ufffd')));
    const { suggestions } = await engine.complete({
      prefix: 'Am Morgen lag Neb',
      minLogprob: Number.NEGATIVE_INFINITY,
      minTokenLogprob: Number.NEGATIVE_INFINITY,
    });
    for (const suggestion of suggestions) {
      const healed = suggestion.tokens.map((token) => token.text).join('');
      assert.ok(healed.startsWith(suggestion.healed), `${healed} after ${suggestion.healed}`);
    }
  });

  it('begins a prompt as its template does, and a prompt of ids with nothing', async () => {
    const engine = await open(380, 'template');
    const tokenizer = await engine.tokenizer();
    const ids = tokenizer.encode('Am Morgen');
    const withStart = await engine.logits({ text: '', appended: [0, ...ids] });
    assert.deepEqual(await engine.logits({ text: 'Am Morgen' }), withStart);
    assert.deepEqual(await engine.logits({ text: 'Am Morgen', bos: true }), withStart);
    assert.notDeepEqual(await engine.logits({ text: '', appended: ids }), withStart);
    assert.equal((await engine.score({ text: 'Am Morgen' })).length, ids.length);
  });

  it('never writes a row that is no token: padding of its own vocabulary', async () => {
    const engine = await open(384, 'german');
    for (let seed = 1; seed <= 4; seed++) {
      const { ids } = await engine.generate({ text: 'Am', config: sampled(seed) });
      assert.ok(
        ids.every((id) => id < 380),
        `${ids}`,
      );
    }
    const beams = await engine.generate({
      text: 'Am',
      config: { numBeams: 4, maxNewTokens: 4, numReturnSequences: 4 },
    });
    assert.ok(beams.sequences.every(({ ids }) => ids.every((id) => id < 380)));
    const scored = await engine.score({ text: 'Am Morgen', top: 384 });
    assert.ok(scored.every(({ top }) => top.every(({ id }) => id < 380)));
  });

  for (const rows of [50_258, 50_304]) {
    it(`is GPT-2's where it came without and has ${rows.toLocaleString('en')} tokens; those beyond are never written`, async () => {
      const engine = await open(rows);
      const { ids, text } = await engine.generate({ text: 'Hello', config: { ...sampled(3), temperature: 50 } });
      assert.ok(ids.every((id) => id < 50_257));
      assert.equal(text, (await engine.tokenizer()).decode(ids.filter((id) => id !== 50_256)));
      const { suggestions } = await engine.complete({ prefix: 'Hello th', minLogprob: Number.NEGATIVE_INFINITY });
      assert.ok(suggestions.every(({ tokens }) => tokens.every(({ id }) => id < 50_257)));
    });
  }

  it('is refused where the tokenizer is another model’s, and without one texts are, but not ids', async () => {
    await assert.rejects(open(300, 'german'), /only 300 tokens.*was trained with/);
    await assert.rejects(open(380, 'refused-wordpiece'), /WordPiece.*was trained with/);
    const engine = await open(500);
    await assert.rejects(engine.logits({ text: 'Am Morgen' }), /500 tokens.*tokenizer\.json/);
    assert.equal((await engine.logits({ text: '', appended: [1, 2] })).length, 500);
    const { ids } = await engine.generate({ text: '', appended: [1, 2], config: { maxNewTokens: 3 } });
    assert.equal(ids.length, 3);
  });
});
