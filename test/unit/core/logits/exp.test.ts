import assert from 'node:assert/strict';
import fc from 'fast-check';
import { exp, UNDERFLOW } from '../../../../src/core/logits/exp';

describe('the fast exponential', () => {
  it('is within 1e-11 of the exact one', () => {
    fc.assert(
      fc.property(fc.double({ min: UNDERFLOW, max: 0, minExcluded: true, noNaN: true }), (x) => {
        assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 1e-11, `e^${x} is not ${exp(x)}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('is 1 at 0, and 0 where float32 has nothing left', () => {
    assert.deepEqual([exp(0), exp(-0), exp(UNDERFLOW), exp(-1e9), exp(-Infinity)], [1, 1, 0, 0, 0]);
    assert.equal(Math.fround(Math.exp(UNDERFLOW)), 0);
  });

  it('hides nothing that is not a number', () => assert.equal(exp(Number.NaN), Number.NaN));
});
