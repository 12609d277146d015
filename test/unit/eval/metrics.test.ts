import assert from 'node:assert/strict';
import fc from 'fast-check';
import { confidenceFor } from '../../../src/eval/metrics';

describe('the confidence for a rate', () => {
  it('is passed by that share of the scores', () => {
    const scores = fc.uniqueArray(fc.integer({ min: -1000, max: -1 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (scores, rate) => {
        const threshold = confidenceFor(scores, rate);
        const shown = scores.filter((score) => score >= threshold).length;
        assert.ok(Math.abs(shown - rate * scores.length) <= 1, `${shown} of ${scores.length} at ${rate}`);
      }),
    );
  });

  it('shows nothing at 0 and everything at 1', () => {
    assert.equal(confidenceFor([-1], 0), Number.POSITIVE_INFINITY);
    assert.equal(confidenceFor([-1], 1), Number.NEGATIVE_INFINITY);
  });

  it('refuses what is not a rate, and no scores', () => {
    assert.throws(() => confidenceFor([-1], 3), RangeError);
    assert.throws(() => confidenceFor([-1], Number.NaN), RangeError);
    assert.throws(() => confidenceFor([], 0.5), RangeError);
  });
});
