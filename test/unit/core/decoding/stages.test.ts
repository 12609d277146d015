import assert from 'node:assert/strict';
import { decode } from '../../../../src/core/decoding/decode';
import { reshape } from '../../../../src/core/decoding/pipeline';
import { chiSquared } from './chiSquared';
import { FakeModel, randomLogits } from './fakeModel';

const ids = [3, 1, 4];
const logits = Float32Array.from(randomLogits(6, 30, 4)(ids));
const mass = (probabilities: Float32Array) => probabilities.reduce((sum, p) => sum + p, 0);

describe('the stages of the next-token distribution', () => {
  it('are those the settings ask for, in the order of generation', () => {
    const settings = { typicalP: 0.9, minP: 0.1, topP: 0.95, topK: 10, temperature: 0.7, repetitionPenalty: 1.2 };
    const names = reshape(logits, settings, ids).map(({ name }) => name);
    assert.deepEqual(names, ['raw', 'penalties', 'temperature', 'topK', 'topP', 'minP', 'typicalP']);
  });

  it('each tell how many tokens are left and what mass was cut', () => {
    const stages = reshape(logits, { topK: 10, topP: 0.8 }, ids);
    assert.deepEqual(
      stages.slice(0, 2).map(({ survivors }) => survivors),
      [30, 10],
    );
    for (const [i, stage] of stages.entries()) {
      assert.ok(Math.abs(mass(stage.probabilities) - 1) < 1e-5);
      const before = stages[i - 1];
      const left = before ? mass(before.probabilities.filter((_, id) => stage.scores[id] !== -Infinity)) : 1;
      assert.ok(Math.abs(stage.massCut - (1 - left)) < 1e-5, `${stage.name} cut ${stage.massCut}`);
    }
    assert.ok(stages[1].massCut > 0);
  });

  it('end in the distribution that generation samples from', async () => {
    const settings = { temperature: 1.5, topK: 8, minP: 0.02, presencePenalty: 1, repetitionPenalty: 1.5 };
    const { probabilities, survivors } = reshape(logits, settings, ids).at(-1) ?? assert.fail();
    const config = { ...settings, doSample: true, maxNewTokens: 1, numReturnSequences: 1000 };
    const counts = new Array(30).fill(0);
    for (let seed = 0; seed < 20; seed++) {
      const { sequences } = await decode(new FakeModel(30, () => logits), ids, { ...config, seed });
      for (const sequence of sequences) counts[sequence.ids[0]]++;
    }
    assert.equal(survivors, 8);
    assert.equal(counts.filter((count, id) => count > 0 && probabilities[id] === 0).length, 0);
    assert.ok(chiSquared(counts, [...probabilities]) < 24.32, 'beyond the 0.1 % point of 7 degrees');
  });

  it('leave one token at temperature 0', () => {
    const stages = reshape(logits, { temperature: 0, topK: 5 }, ids);
    assert.deepEqual(
      stages.map(({ name, survivors }) => [name, survivors]),
      [
        ['raw', 30],
        ['temperature', 1],
      ],
    );
  });

  it('do not change the logits', () => {
    const copy = logits.slice();
    reshape(logits, { topK: 3, temperature: 0.5 }, ids);
    assert.deepEqual(logits, copy);
  });

  it('refuse what generation refuses', () => {
    assert.throws(() => reshape(logits, { topP: 2 }, ids), /topP must be/);
  });
});
