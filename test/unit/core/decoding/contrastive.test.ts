import assert from 'node:assert/strict';
import { decode, generate } from '../../../../src/core/decoding/decode';
import { FakeModel, hiddenOf, randomLogits } from './fakeModel';
import { slowContrastive } from './reference';

const prompt = [2, 4];

describe('contrastive search', () => {
  it('matches a slow reference', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const logits = randomLogits(seed, 8, 1 + (seed % 3));
      const [alpha, k, length] = [[0.3, 0.6, 0.9][seed % 3], 2 + (seed % 5), 8];
      const config = { penaltyAlpha: alpha, topK: k, maxNewTokens: length };
      const { ids } = await decode(new FakeModel(8, logits), prompt, config);
      assert.deepEqual(ids, slowContrastive(logits, hiddenOf, prompt, { length, alpha, k }));
    }
  });

  it('takes another token than greedy decoding where that would repeat', async () => {
    const logits = () => [0, 0.2, 0.1, 0, 0];
    const greedy = await decode(new FakeModel(5, logits), [0], { maxNewTokens: 5 });
    assert.deepEqual(greedy.ids, [1, 1, 1, 1, 1]);
    const { ids } = await decode(new FakeModel(5, logits), [0], { maxNewTokens: 5, penaltyAlpha: 0.6, topK: 5 });
    assert.ok(new Set(ids).size > 2);
  });

  it('compares with the tokens in the window once a text is longer than the context, also while it slides', async () => {
    const logits = randomLogits(3, 8);
    const long = Array.from({ length: 70 }, (_, i) => (i * i) % 8);
    const [alpha, k, length] = [0.6, 4, 40];
    const config = { penaltyAlpha: alpha, topK: k, maxNewTokens: length };
    const { ids } = await decode(new FakeModel(8, logits), long, config);
    assert.deepEqual(ids, slowContrastive(logits, hiddenOf, long, { length, alpha, k, contextLength: 64 }));
    const window = await decode(new FakeModel(8, logits), long.slice(16), { ...config, maxNewTokens: 10 });
    assert.deepEqual(ids.slice(0, 10), window.ids);
  });

  it('runs the candidates of a step as one batch', async () => {
    const model = new FakeModel(8, randomLogits(1, 8));
    await decode(model, prompt, { penaltyAlpha: 0.5, topK: 4, maxNewTokens: 6 });
    assert.deepEqual([model.runs, model.rows], [1 + 6, 1 + 6 * 4]);
  });

  it('shows its candidates', async () => {
    const config = { penaltyAlpha: 0.5, topK: 3, maxNewTokens: 1 };
    const { value } = await generate(new FakeModel(8, randomLogits(1, 8)), prompt, config, { trace: 3 }).next();
    assert.ok('kind' in value && value.kind === 'token');
    const best = value.trace?.contrastive?.toSorted((a, b) => b.score - a.score)[0];
    assert.equal(best?.id, value.id);
    assert.equal(best?.score, 0.5 * (best?.probability ?? 0) - 0.5 * (best?.similarity ?? 0));
  });

  it('needs hidden states', async () => {
    const blind = new FakeModel(5, () => [1, 2, 3, 4, 5]);
    blind.forward = async () => [{ logits: Float32Array.of(1, 2, 3, 4, 5) }];
    await assert.rejects(decode(blind, prompt, { penaltyAlpha: 0.5 }), /penaltyAlpha needs hidden states/);
  });
});
