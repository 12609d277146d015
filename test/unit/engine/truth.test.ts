import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measurePerplexity } from '../../../src/cli/commands/perplexity';
import { logSoftmax } from '../../../src/core/logits';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { inspect } from '../../../src/engine/inspect';
import { Scorer } from '../../../src/engine/score';
import { Session } from '../../../src/engine/session';
import { compileModel } from '../../../src/gpt2/compileModel';
import type { Gpt2Config } from '../../../src/gpt2/config';
import { openModel } from '../../../src/gpt2/files/openModel';
import { expectedShapes } from '../../../src/gpt2/weights';
import { END_OF_TEXT } from '../../support/gpt2';
import { random, randomWeights, temporaryFolder, tinyConfig, writeModel } from '../../support/randomModel';
import { maxDifference, referenceForward } from '../../support/reference';

const TOLERANCE = 1e-4;
const DEFAULT_MODEL = join(__dirname, '../../../models/default');

const SHAPES: Record<string, Partial<Gpt2Config>> = {
  'two layers, two heads': {},
  'five layers, three heads, odd width': { n_layer: 5, n_head: 3, n_embd: 33, n_positions: 40, vocab_size: 1009 },
  'one layer, one head, narrow MLP': {
    n_layer: 1,
    n_head: 1,
    n_embd: 20,
    n_inner: 50,
    n_positions: 130,
    vocab_size: 777,
  },
  'eight heads, untied head, exact gelu': {
    n_layer: 3,
    n_head: 8,
    n_embd: 64,
    vocab_size: 500,
    tie_word_embeddings: false,
    activation_function: 'gelu',
  },
  'scores scaled by layer, relu': {
    n_layer: 3,
    vocab_size: 300,
    scale_attn_by_inverse_layer_idx: true,
    activation_function: 'relu',
    layer_norm_epsilon: 1e-3,
  },
};

describe('GPT-2 in fp32 against the float64 reference', () => {
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const openRandom = async (change: Partial<Gpt2Config>, seed: number) => {
    const config = tinyConfig(change);
    const weights = randomWeights(config, seed);
    const source = join(folder, `source-${seed}`);
    const compiled = join(folder, `compiled-${seed}`);
    await writeModel(source, config, weights);
    await compileModel(source, compiled, 'fp32');
    return { config, weights, session: await Session.open(compiled, config, { threads: 1 }) };
  };

  const text = (config: Gpt2Config, length: number, seed: number) => {
    const next = random(seed);
    return Array.from({ length }, () => Math.floor(next() * config.vocab_size));
  };

  for (const [index, [name, change]] of Object.entries(SHAPES).entries()) {
    it(`agrees at every position: ${name}`, async () => {
      const { config, weights, session } = await openRandom(change, index + 1);
      const ids = text(config, Math.min(24, config.n_positions), index + 100);
      const { logits } = referenceForward(weights, config, ids);
      const model = new CachedModel(session, gpt2Tokenizer());
      const [all] = await model.forward([ids], { lastN: ids.length });
      const worst = Math.max(
        ...ids.map((_, t) =>
          maxDifference(all.logits.subarray(t * config.vocab_size, (t + 1) * config.vocab_size), logits[t]),
        ),
      );
      assert.ok(worst < TOLERANCE, `differs by ${worst}`);
      await session.close();
    });
  }

  it('gives the same logits whatever was cached before, at every split of a text', async () => {
    const { config, session } = await openRandom({ vocab_size: 400, n_layer: 3 }, 20);
    const ids = text(config, 30, 21);
    const whole = (await new CachedModel(session, gpt2Tokenizer()).forward([ids]))[0].logits;
    for (let split = 1; split < ids.length; split++) {
      const model = new CachedModel(session, gpt2Tokenizer());
      await model.forward([ids.slice(0, split)]);
      const fed = session.work.tokensFed;
      const [{ logits }] = await model.forward([ids]);
      assert.equal(session.work.tokensFed - fed, ids.length - split);
      assert.ok(maxDifference(logits, whole) < TOLERANCE);
    }
    await session.close();
  });

  it('gives the same logits after an edit in the middle and back', async () => {
    const { config, session } = await openRandom({ vocab_size: 400 }, 30);
    const ids = text(config, 40, 31);
    const model = new CachedModel(session, gpt2Tokenizer());
    const [before] = await model.forward([ids]);
    const edited = [...ids.slice(0, 25), 7, 8, 9, ...ids.slice(28)];
    const fed = session.work.tokensFed;
    const [during] = await model.forward([edited]);
    assert.equal(session.work.tokensFed - fed, ids.length - 25, 'only what follows the edit is read again');
    assert.ok(maxDifference(during.logits, before.logits) > TOLERANCE, 'the edit changes the logits');
    const [after] = await model.forward([ids]);
    assert.ok(maxDifference(after.logits, before.logits) < TOLERANCE);
    await session.close();
  });

  it('names a token that the model does not know, and reads on', async () => {
    const { config, session } = await openRandom({ vocab_size: 400 }, 36);
    const model = new CachedModel(session, gpt2Tokenizer());
    await assert.rejects(model.forward([[1, 2, 400]]), /Token 400 is beyond this model's vocabulary of 400/);
    const ids = text(config, 5, 37);
    assert.ok((await model.forward([ids]))[0].logits.every(Number.isFinite));
    await session.close();
  });

  it('runs nothing when asked twice', async () => {
    const { config, session } = await openRandom({ vocab_size: 400 }, 32);
    const model = new CachedModel(session, gpt2Tokenizer());
    const ids = text(config, 10, 33);
    const [first] = await model.forward([ids]);
    const { runs } = session.work;
    const [second] = await model.forward([ids]);
    assert.equal(session.work.runs, runs);
    assert.deepEqual(second.logits, first.logits);
    await session.close();
  });

  it('never forgets what ghost text has read for the sake of work in the background', async () => {
    const { config, session } = await openRandom({ vocab_size: 400 }, 34);
    const model = new CachedModel(session, gpt2Tokenizer());
    const ghost = model.withPriority(0);
    const ids = text(config, 40, 35);
    await ghost.forward([ids]);
    for (let seed = 0; seed < 8; seed++) await model.forEachPosition(text(config, 30, 500 + seed), 0, () => {});
    const { tokensFed } = session.work;
    await ghost.forward([[...ids, 1]]);
    assert.equal(session.work.tokensFed - tokensFed, 1);
    await session.close();
  });

  it('runs several sequences as one batch that shares its prefix', async () => {
    const { config, weights, session } = await openRandom({ vocab_size: 400, n_layer: 3 }, 40);
    const model = new CachedModel(session, gpt2Tokenizer());
    const prompt = text(config, 12, 41);
    let beams = [1, 2, 3].map((id) => [...prompt, id]);
    const next = random(42);
    for (let step = 0; step < 6; step++) {
      const fed = session.work.tokensFed;
      const runs = session.work.runs;
      const forward = await model.forward(beams, { hidden: true });
      if (step > 0) {
        assert.equal(session.work.tokensFed - fed, beams.length, 'one new token for each beam');
        assert.equal(session.work.runs - runs, 1);
      }
      beams.forEach((ids, i) => {
        const { logits } = referenceForward(weights, config, ids);
        assert.ok(maxDifference(forward[i].logits, logits[ids.length - 1]) < TOLERANCE);
        assert.equal(forward[i].hidden?.values.length, ids.length * config.n_embd);
      });
      // Beams overtake each other and die, as in beam search.
      beams = beams.map(() => [...beams[Math.floor(next() * beams.length)], Math.floor(next() * config.vocab_size)]);
    }
    await session.close();
  });

  it('slides over a text longer than the context', async () => {
    const { config, weights, session } = await openRandom({ vocab_size: 300, n_positions: 32 }, 50);
    const ids = text(config, 100, 51);
    const model = new CachedModel(session, gpt2Tokenizer());
    for (let length = 30; length <= ids.length; length++) {
      const [{ logits }] = await model.forward([ids.slice(0, length)]);
      assert.ok(logits.every(Number.isFinite));
    }
    const [{ logits }] = await model.forward([ids]);
    const seen = referenceForward(weights, config, ids.slice(72)).logits;
    assert.ok(
      maxDifference(logits, seen[seen.length - 1]) < TOLERANCE,
      'the window starts at a quarter of the context',
    );
    await session.close();
  });

  it('scores every token of a long text, and after an edit only what follows it', async () => {
    const { config, weights, session } = await openRandom({ vocab_size: 300, n_positions: 32 }, 60);
    const scorer = new Scorer(new CachedModel(session, gpt2Tokenizer()));
    const ids = text(config, 70, 61);
    const scores = await scorer.score(ids, 3);
    assert.equal(scores.length, ids.length);
    assert.equal(scores[0], null);
    for (const [start, from, to] of [
      [0, 1, 33],
      [16, 33, 49],
      [32, 49, 65],
      [48, 65, 70],
    ]) {
      const { logits } = referenceForward(weights, config, ids.slice(start, start + 32));
      for (let t = from; t < to; t++) {
        const expected = logSoftmax(logits[t - 1 - start]);
        const score = scores[t];
        assert.ok(score && Math.abs(score.logprob - expected[ids[t]]) < TOLERANCE, `token ${t}`);
        assert.equal(score.rank, expected.filter((other) => other > expected[ids[t]]).length);
        assert.ok(Math.abs(score.top[0].logprob - Math.max(...expected)) < TOLERANCE);
      }
    }
    const { tokensFed } = session.work;
    await scorer.score(ids, 3);
    assert.equal(session.work.tokensFed, tokensFed, 'nothing is read twice');
    await scorer.score([...ids.slice(0, 66), 1, ...ids.slice(67)], 3);
    assert.ok(session.work.tokensFed - tokensFed <= 22, 'only the last window is read');
    await session.close();
  });

  it('scores a text in the mean as its perplexity says, however long it is', async () => {
    const { config, session } = await openRandom({ n_positions: 32 }, 60);
    const model = new CachedModel(session, gpt2Tokenizer());
    for (const length of [1, 31, 32, 33, 48, 49, 64, 65, 100]) {
      const ids = text(config, length, 62);
      const { natsPerToken } = await measurePerplexity(model, ids);
      const scores = await new Scorer(model).score([END_OF_TEXT, ...ids], 0);
      const mean = scores.slice(1).reduce((sum, score) => sum - (score?.logprob ?? 0), 0) / length;
      assert.ok(Math.abs(mean - natsPerToken) < 1e-6, `${length} tokens: ${mean}, not ${natsPerToken}`);
    }
    await session.close();
  });

  it('shows attention and the lens as the reference has them', async () => {
    const { config, weights, session } = await openRandom({ vocab_size: 300, n_layer: 3, n_head: 4 }, 70);
    const ids = text(config, 20, 71);
    const reference = referenceForward(weights, config, ids);
    const model = new CachedModel(session, gpt2Tokenizer());
    const seen = await inspect(model, ids);
    assert.equal(seen.attention.length, config.n_layer * config.n_head * ids.length);
    for (let layer = 0; layer < config.n_layer; layer++) {
      for (let head = 0; head < config.n_head; head++) {
        const from = (layer * config.n_head + head) * ids.length;
        const row = seen.attention.subarray(from, from + ids.length);
        assert.ok(maxDifference(row, reference.attention[layer][head][ids.length - 1]) < TOLERANCE);
        assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < TOLERANCE, 'attention sums to 1');
      }
    }
    const [{ logits }] = await model.forward([ids]);
    const output = logSoftmax(logits);
    const last = seen.lens[config.n_layer - 1];
    assert.equal(last.candidateRank, 0);
    assert.ok(Math.abs(last.candidateLogprob - output[seen.candidate]) < TOLERANCE, 'the last layer is the output');
    await session.close();
  });

  it('agrees on the default model', async () => {
    const opened = await openModel(DEFAULT_MODEL);
    const { config } = opened;
    const weights = new Map<string, Float32Array>();
    for (const name of expectedShapes(config).keys()) weights.set(name, (await opened.weights.get(name)).values);
    await opened.close();
    const compiled = join(folder, 'default');
    await compileModel(DEFAULT_MODEL, compiled, 'fp32');
    const session = await Session.open(compiled, config, { threads: 1 });
    const ids = [464, 6193, 1909, 318, 845, 922, 290, 314, 716, 3772, 13];
    const { logits } = referenceForward(weights, config, ids);
    const [all] = await new CachedModel(session, gpt2Tokenizer()).forward([ids], { lastN: ids.length });
    const worst = maxDifference(all.logits.subarray(-config.vocab_size), logits[ids.length - 1]);
    assert.ok(worst < TOLERANCE, `differs by ${worst}`);
    await session.close();
  });
});
