import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  entropy,
  logSoftmax,
  logSumExp,
  normaliser,
  percent,
  percentOf,
  rankOf,
  type Scores,
  softmax,
  topK,
  topTokens,
} from '../../../../src/core/logits';
import { exp, UNDERFLOW } from '../../../../src/core/logits/probabilities';

const NONE = Number.NEGATIVE_INFINITY;

/** Scores as a model gives them, with ties and with ruled-out tokens; the naive formulas hold in this range. */
const someLogits = fc
  .array(fc.oneof(fc.double({ min: -50, max: 50, noNaN: true }), fc.integer({ min: -2, max: 2 }), fc.constant(NONE)), {
    minLength: 1,
    maxLength: 60,
  })
  .filter((values) => values.some(Number.isFinite))
  .map((values) => Float32Array.from(values));

const close = (actual: number, expected: number) =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= 1e-10 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

/** The textbook: exponentials over their sum. */
function naive(logits: Scores) {
  const weights = Array.from(logits, Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = weights.map((weight) => weight / total);
  const order = Array.from(logits.keys()).sort((a, b) => (logits[a] === logits[b] ? a - b : logits[b] - logits[a]));
  return { total, probabilities, order };
}

describe('a distribution over tokens', () => {
  it('agrees with the textbook formulas', () => {
    fc.assert(
      fc.property(someLogits, (logits) => {
        const { total, probabilities } = naive(logits);
        close(logSumExp(logits), Math.log(total));
        softmax(logits).forEach((p, id) => {
          close(p, probabilities[id]);
        });
        logSoftmax(logits).forEach((logprob, id) => {
          close(logprob, Math.log(probabilities[id]));
        });
        close(
          entropy(logits),
          probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0),
        );
      }),
      { numRuns: 1000, seed: 50257 },
    );
  });

  it('ranks and selects as a full sort does, ties by the lower id', () => {
    fc.assert(
      fc.property(someLogits, fc.nat(70), (logits, k) => {
        const { order } = naive(logits);
        const logprobs = logSoftmax(logits);
        order.forEach((id, rank) => {
          assert.equal(rankOf(logits, id), rank);
        });
        const top = topK(logits, k);
        assert.deepEqual(
          top.map(({ id }) => id),
          order.slice(0, k),
        );
        for (const { id, logit, logprob } of top) {
          assert.equal(logit, logits[id]);
          close(logprob, logprobs[id]);
        }
      }),
      { numRuns: 1000, seed: 50257 },
    );
  });

  it('selects as many as are asked for of what is a token', () => {
    const logits = Float32Array.of(1, 9, 3, 2, 8, 7);
    const tokens = { size: 4, gaps: [1], has: (id: number) => id !== 1 && id < 4 };
    const ids = (k: number) => topTokens(logits, k, tokens).map(({ id }) => id);
    assert.deepEqual([ids(1), ids(2), ids(6)], [[2], [2, 3], [2, 3, 0]]);
    assert.deepEqual(topTokens(logits, 2, tokens)[0], topK(logits, 6)[3], 'with the share that it has');
  });

  it('handles a whole vocabulary, sorted either way or all alike', () => {
    const size = 50257;
    const rising = Float32Array.from({ length: size }, (_, id) => id / 1000);
    const falling = rising.toReversed();
    const level = new Float32Array(size).fill(7);
    const ids = (logits: Scores, k: number) => topK(logits, k).map(({ id }) => id);
    assert.deepEqual(ids(rising, 3), [50256, 50255, 50254]);
    assert.deepEqual(ids(falling, 3), [0, 1, 2]);
    assert.deepEqual(ids(level, 3), [0, 1, 2]);
    assert.equal(rankOf(level, 50256), 50256);
    assert.equal(ids(rising, size).length, size);
    close(entropy(level), Math.log(size));
    close(
      softmax(rising).reduce((sum, p) => sum + p, 0),
      1,
    );
  });

  it('accumulates in float64: a million small weights beside a large one are not lost', () => {
    const logits = new Float32Array(1_000_001).fill(0);
    logits[0] = 17;
    close(logSumExp(logits), Math.log(Math.exp(17) + 1e6));
  });

  it('neither overflows nor underflows', () => {
    const huge = Float32Array.of(3e38, 3e38, -3e38);
    assert.equal(logSumExp(huge), huge[0] + Math.LN2);
    assert.deepEqual([...softmax(huge)], [0.5, 0.5, 0]);
    close(entropy(huge), Math.LN2);
    assert.equal(logSoftmax(Float32Array.of(0, -1000))[1], -1000);
  });

  it('gives a ruled-out token no probability, and a certain one no entropy', () => {
    const logits = Float32Array.of(NONE, 3, NONE);
    assert.deepEqual([...softmax(logits)], [0, 1, 0]);
    assert.deepEqual([...logSoftmax(logits)], [NONE, 0, NONE]);
    assert.equal(entropy(logits), 0);
  });

  it('stays masked where every token is', () => {
    const masked = Float32Array.of(NONE, NONE);
    assert.equal(logSumExp(masked), NONE);
    assert.deepEqual([...logSoftmax(masked)], [NONE, NONE]);
  });

  it('refuses what is not a distribution', () => {
    const wrong = [[], [NONE, NONE], [0, Number.NaN], [0, Number.POSITIVE_INFINITY]];
    for (const values of wrong) {
      const logits = Float32Array.from(values);
      for (const measure of [normaliser, softmax, entropy]) assert.throws(() => measure(logits), RangeError);
      assert.throws(() => topK(logits, 1), RangeError);
    }
    for (const values of wrong.slice(2)) assert.throws(() => logSoftmax(Float32Array.from(values)), RangeError);
    assert.throws(() => rankOf(Float32Array.of(1), 1), RangeError);
    for (const k of [-1, 0.5, Number.NaN]) assert.throws(() => topK(Float32Array.of(1), k), RangeError);
    assert.deepEqual(topK(Float32Array.of(1), 0), []);
  });
});

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

describe('percentages', () => {
  it('of a log-probability are never 0 % for what is only almost that', () => {
    assert.equal(percentOf(Math.log(0.5)), '50.0 %');
    for (const logprob of [-10, -744, -918.4, -1e6]) assert.equal(percentOf(logprob), '<0.01 %');
    assert.equal(percentOf(-Infinity), '0 %');
    assert.equal(percentOf(0), '100 %');
  });

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
