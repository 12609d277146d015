import assert from 'node:assert/strict';
import fc from 'fast-check';
import { percent } from '../../../../src/core/logits';

describe('percentages', () => {
  const cases: [probability: number, shown: string][] = [
    [0, '0 %'],
    [1e-9, '<0.01 %'],
    [0.0001, '0.01 %'],
    [0.0604, '6.04 %'],
    [0.1234, '12.3 %'],
    [0.994, '99.4 %'],
    [0.9995, '99.95 %'],
    [0.99994, '99.99 %'],
    [0.99995, '>99.99 %'],
    [1 - 1e-7, '100 %'],
    [1, '100 %'],
  ];
  for (const [probability, shown] of cases) {
    it(`shows ${probability} as ${shown}`, () => assert.equal(percent(probability), shown));
  }

  it('never shows the greater of two as less', () => {
    const value = (shown: string) =>
      shown.startsWith('<') ? 0.005 : shown.startsWith('>') ? 99.995 : Number.parseFloat(shown);
    const probability = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.0985, max: 0.1015, noNaN: true }),
      fc.double({ min: 0.998, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        assert.ok(value(percent(less)) <= value(percent(more)), `${percent(less)} and ${percent(more)}`);
      }),
      { numRuns: 5000 },
    );
  });
});
