import assert from 'node:assert/strict';
import fc from 'fast-check';
import { logSumExp } from '../../../../src/core/logits/probabilities';
import { argmax, atLeastKth, topIndices } from '../../../../src/core/logits/ranking';

/** Few different values, so that many tie, and more of them than a block has. */
const scores = fc
  .array(fc.constantFrom(-Infinity, -3, -0.5, 0, 1, 2, 7), { minLength: 1, maxLength: 300 })
  .map((values) => Float32Array.from(values));
const sorted = (values: Float32Array) =>
  [...values.keys()].sort((a, b) => (values[b] > values[a] ? 1 : values[b] < values[a] ? -1 : a - b));

describe('scores', () => {
  it('have their greatest where a full sort puts it', () => {
    fc.assert(fc.property(scores, (values) => assert.equal(argmax(values), sorted(values)[0])));
  });

  it('have the k greatest in the order of a full sort', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 320 }), (values, k) =>
        assert.deepEqual(topIndices(values, k), sorted(values).slice(0, k)),
      ),
    );
  });

  it('keep all that tie with the k-th', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 320 }), (values, k) => {
        const least = values[sorted(values)[Math.min(k, values.length) - 1]];
        assert.deepEqual(
          atLeastKth(values, k),
          [...values.keys()].filter((i) => values[i] >= least),
        );
      }),
    );
  });

  it('add up in logarithms, whatever their order and however large they are', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(0, 1e6), (values, shift) => {
        const shifted = Float64Array.from(values, (value) => value + shift);
        const expected = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) + shift;
        const actual = logSumExp(shifted);
        assert.ok(actual === expected || Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
      }),
    );
  });
});
