import assert from 'node:assert/strict';
import { distinctN, repetitionRate } from '../../../../src/core/analysis/diversity';

describe('diversity', () => {
  it('is the share of different n-grams', () => {
    assert.equal(distinctN([1, 2, 3, 4], 2), 1);
    assert.equal(distinctN([1, 2, 1, 2, 1], 2), 0.5);
    assert.equal(distinctN([7, 7, 7, 7, 7], 2), 0.25);
    assert.equal(distinctN([11, 1, 1, 11], 2), 1, 'ids are not glued together');
  });

  it('is full where there is no n-gram', () => {
    assert.equal(distinctN([], 2), 1);
    assert.equal(distinctN([5], 2), 1);
  });

  it('counts repeated 4-grams', () => {
    assert.equal(repetitionRate([8, 8, 8, 8, 8]), 0.5);
    assert.equal(repetitionRate([1, 2, 3]), 0);
  });
});
