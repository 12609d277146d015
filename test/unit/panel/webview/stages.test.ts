import assert from 'node:assert/strict';
import { reshape } from '../../../../src/core/decoding/pipeline';
import { createRng } from '../../../../src/core/decoding/random';
import { sample } from '../../../../src/core/decoding/sampling';
import { softmax } from '../../../../src/core/logits';
import { distributionOf, drawable, drawOn } from '../../../../src/panel/webview/distribution';
import { neutral, stagesOf } from '../../../../src/panel/webview/stages';
import { Vocabulary } from '../../../../src/panel/webview/vocabulary';

const logits = Float32Array.from({ length: 500 }, (_, id) => 6 * Math.sin(id * 12.9898) + (id % 7) / 10);
const vocabulary = new Vocabulary(Array.from(logits, () => 'a'));
/** Without tokens for the last ten rows. */
const padded = new Vocabulary(Array.from(logits, (_, id) => (id < 490 ? 'a' : '')));
const context = [3, 5, 8];
const shaping = { temperature: 0.7, topK: 60, topP: 0.9, minP: 0.01, typicalP: 0.95, repetitionPenalty: 1.3 };

describe('the stages of the panel', () => {
  it('are those of the engine, number for number', () => {
    const shown = stagesOf(logits, context, shaping);
    const engine = reshape(logits, shaping, context);
    assert.deepEqual(
      shown.map(({ name }) => name),
      ['raw', 'penalties', 'temperature', 'topK', 'topP', 'minP', 'typicalP'],
    );
    assert.deepEqual(
      shown.map(({ scores, survivors, massCut }) => ({ scores: [...scores], survivors, massCut })),
      engine.map(({ scores, survivors, massCut }) => ({ scores: [...scores], survivors, massCut })),
    );
  });

  it('repeat the stage before where nothing is asked of them', () => {
    const stages = stagesOf(logits, context, neutral);
    assert.deepEqual(
      stages.map(({ name, active, survivors, massCut }) => [name, active, survivors, massCut]),
      ['raw', 'penalties', 'temperature', 'topK', 'topP'].map((name, i) => [name, i === 0, 500, 0]),
    );
  });

  const recalled = {
    modelShare: 0.6,
    ids: Int32Array.of(7, 400),
    addends: Float64Array.of(0.3, 0.1),
  };

  it('show what the writer’s texts say, and the mixture, after the model’s own, which is what they shape', () => {
    const stages = stagesOf(logits, context, { ...neutral, topK: 5 }, { recalled, mixedIn: false });
    assert.deepEqual(
      stages.slice(0, 3).map(({ name, survivors }) => [name, survivors]),
      [
        ['raw', 500],
        ['texts', 2],
        ['mixed', 500],
      ],
    );
    const raw = softmax(logits);
    const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-6);
    close(stages[1].probabilities[7], 0.75);
    close(stages[1].probabilities[400], 0.25);
    close(stages[2].probabilities[7], 0.6 * raw[7] + 0.3);
    close(stages[2].probabilities[8], 0.6 * raw[8]);
    const without = stagesOf(logits, context, { ...neutral, topK: 5 });
    assert.deepEqual(stages.at(-1)?.probabilities, without.at(-1)?.probabilities);
    assert.deepEqual(stages[0].probabilities, without[0].probabilities);
  });

  it('shape the mixture where that is asked for, exactly as the engine would', () => {
    const stages = stagesOf(logits, context, shaping, { recalled, mixedIn: true });
    const mixed = stages.find(({ name }) => name === 'mixed');
    assert.ok(mixed);
    const engine = reshape(mixed.scores, shaping, context);
    assert.deepEqual(stages.at(-1)?.scores, engine.at(-1)?.scores);
    assert.deepEqual(stages[0].probabilities, stagesOf(logits, context, shaping)[0].probabilities);
  });

  it('never change the logits they are given', () => {
    const before = [...logits];
    stagesOf(logits, context, shaping, { recalled, mixedIn: true });
    stagesOf(logits, context, shaping);
    assert.deepEqual([...logits], before);
  });
});

describe('the bars', () => {
  it('are the most probable tokens with their shares before and after', () => {
    const last = stagesOf(logits, context, { ...neutral, topK: 3 }).at(-1);
    assert.ok(last);
    const { rows, perplexity } = distributionOf(last, logits, 200, vocabulary);
    const raw = softmax(logits);
    assert.equal(rows.length, 3);
    assert.ok(Math.abs((rows.at(-1)?.cumulative ?? 0) - 1) < 1e-6);
    assert.ok(perplexity > 1 && perplexity <= 3);
    for (const row of rows) {
      assert.ok(row.probability > row.raw);
      assert.ok(Math.abs(row.raw - raw[row.id]) < 1e-12);
      assert.equal(row.logit, logits[row.id]);
    }
  });
});

describe('rows of the model that are no tokens', () => {
  const loud = logits.map((logit, id) => (id < 490 ? logit : 20));

  it('are never among the bars, which are as many as were asked for', () => {
    const [raw] = stagesOf(loud, context, neutral);
    const ids = (count: number) => distributionOf(raw, loud, count, padded).rows.map(({ id }) => id);
    assert.equal(ids(20).length, 20);
    assert.ok(ids(500).every((id) => id < 490));
  });

  it('are never drawn', () => {
    const { ids } = drawOn(null, drawable(loud, padded), 7, 100);
    assert.ok(ids.every((id) => id < 490));
    assert.equal(drawable(loud, vocabulary), loud, 'nothing is copied where there are none');
  });
});

describe('a draw', () => {
  it('is the one the engine makes with the same seed', () => {
    const rng = createRng(42);
    const expected = [sample(logits, rng), sample(logits, rng), sample(logits, rng)];
    assert.deepEqual(drawOn(null, logits, 42, 3).ids, expected);
  });

  it('goes on from the one before', () => {
    const once = drawOn(null, logits, 42, 1);
    const twice = drawOn(once, logits, 42, 1);
    assert.deepEqual([once.ids.length, twice.ids.length], [1, 2]);
    assert.deepEqual(drawOn(twice, logits, 42, 1), drawOn(null, logits, 42, 3));
  });

  it('costs the same however much was drawn before: what was drawn stays as it is', () => {
    const before = drawOn(null, logits, 42, 3);
    const others = logits.map((logit) => -logit);
    assert.deepEqual(drawOn(before, others, 42, 2).ids.slice(0, 3), before.ids);
  });

  it('a hundred times counts to a hundred', () => {
    const { counts } = drawOn(null, logits, 7, 100);
    assert.equal(
      [...counts.values()].reduce((sum, count) => sum + count, 0),
      100,
    );
  });
});
