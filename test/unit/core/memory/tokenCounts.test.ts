import assert from 'node:assert/strict';
import { TokenCounts } from '../../../../src/core/memory/tokenCounts';

const VOCABULARY = 30;

describe('counts of tokens', () => {
  for (const different of [3, 25]) {
    it(`are added to weights, of ${different} tokens, in a model whose vocabulary is padded too`, () => {
      const counts = new TokenCounts(VOCABULARY);
      for (let id = 0; id < different; id++) counts.add(id, id + 1);
      const weights = new Float64Array(VOCABULARY + 5).fill(1);
      counts.addTo(weights, 0.5);
      const expected = Array.from(weights, (_, id) => (id < different ? 1 + 0.5 * (id + 1) : 1));
      assert.deepEqual(Array.from(weights), expected);
    });
  }

  it('know a bound that no count exceeds, and whose it was', () => {
    const counts = new TokenCounts(VOCABULARY);
    counts.add(3, 4);
    counts.add(5, 9);
    counts.add(5, -2);
    counts.add(7, 1);
    assert.equal(counts.favourite, 5);
    assert.ok(counts.most >= 7);
    counts.clear();
    counts.add(7, 1);
    assert.deepEqual([counts.most, counts.favourite], [1, 7]);
  });
});
