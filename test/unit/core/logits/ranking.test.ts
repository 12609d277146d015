import assert from 'node:assert/strict';
import fc from 'fast-check';
import { logSumExp } from '../../../../src/core/logits/probabilities';
import { argmax, atLeastKth, kthGreatest, rankOf, topIndices, unmaskedIds } from '../../../../src/core/logits/ranking';

/** More values than a block has: few different ones, so that many tie, or many, with the greatest beside each other. */
const some = { minLength: 1, maxLength: 300, size: 'max' } as const;
const many = fc.array(
  fc.integer({ min: -3000, max: 3000 }).map((value) => value / 100),
  some,
);
const scores = fc
  .oneof(
    fc.array(fc.constantFrom(-Infinity, -3, -0.5, 0, 1, 2, 7), some),
    many,
    many.map((values) => values.sort((a, b) => a - b)),
  )
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

  it('have the k greatest found in three looks at each, however many are equal', () => {
    let looks = 0;
    const get = (target: Float32Array, key: string | symbol) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
      return Reflect.get(target, key);
    };
    assert.deepEqual(topIndices(new Proxy(new Float32Array(10_000), { get }), 3), [0, 1, 2]);
    assert.ok(looks < 3.5 * 10_000, `${looks} looks`);
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

  it('are told by their number, their greatest and their order where some cannot come', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const ids = new Int32Array(values.length);
        const possible = [...values.keys()].filter((id) => values[id] !== -Infinity);
        assert.deepEqual(unmaskedIds(values, ids), { count: possible.length, max: Math.max(...values) });
        assert.deepEqual([...ids.subarray(0, possible.length)], possible);
      }),
    );
  });

  it('have a rank each, and a k-th greatest', () => {
    fc.assert(
      fc.property(scores, fc.nat({ max: 299 }), (values, place) => {
        const id = sorted(values)[place % values.length];
        assert.equal(rankOf(values, id), place % values.length);
        assert.equal(kthGreatest(values, (place % values.length) + 1), values[id]);
      }),
    );
    assert.throws(() => rankOf(Float32Array.of(1, 2), 2), /no logit for token 2: there are 2/);
    assert.equal(kthGreatest(Float32Array.of(3, 5), 9), 3, 'clipped to their number');
  });

  it('that are no number count as nothing', () => {
    assert.equal(argmax(Float32Array.of(NaN, 1, NaN, 2, NaN)), 3);
    assert.equal(argmax(Float32Array.of(NaN)), 0);
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
