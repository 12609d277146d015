import assert from 'node:assert/strict';
import { createRng, xoshiro128StarStar } from '../../../../src/core/decoding/random';
import { sample, sampleWithoutReplacement } from '../../../../src/core/decoding/sampling';
import { chiSquared } from './chiSquared';

describe('random numbers', () => {
  it('come from xoshiro128**', () => {
    const next = xoshiro128StarStar(1, 2, 3, 4);
    assert.deepEqual(
      [next(), next(), next(), next(), next(), next()],
      [11520, 0, 5927040, 70819200, 2031721883, 1637235492],
    );
  });

  // Computed with an independent implementation in another language.
  it('are the recorded ones on every platform', () => {
    const first = (seed: number, stream?: number) => {
      const rng = createRng(seed, stream);
      return [rng(), rng(), rng()];
    };
    assert.deepEqual(first(0), [0.8868539502021594, 0.012474988946590604, 0.032522145755498943]);
    assert.deepEqual(first(42), [0.6606157208001621, 0.1117019639532224, 0.0791056456144914]);
    assert.deepEqual(first(42, 1), [0.8624723854573461, 0.22304202123113404, 0.7322756299679113]);
    assert.deepEqual(first(-1), [0.7666159399786577, 0.7907313826208202, 0.9060077088466462]);
    assert.deepEqual(first(Number.MAX_SAFE_INTEGER), [0.628220479617921, 0.7788169368334406, 0.6086000713048877]);
    assert.deepEqual(first(2 ** 32 + 42), [0.26799410698275505, 0.21971278952443407, 0.48082853928603664]);
  });

  it('of seeds that differ above the 32nd bit are unrelated', () => {
    for (const seed of [0, 7, 42, 0xffffffff]) {
      const [one, other] = [createRng(seed), createRng(seed + 2 ** 32)];
      const pairs = Array.from({ length: 2000 }, () => [one(), other()]);
      const correlation = pairs.reduce((sum, [a, b]) => sum + (a - 0.5) * (b - 0.5), 0) / pairs.length / (1 / 12);
      assert.ok(Math.abs(correlation) < 0.08, `seed ${seed}: correlation ${correlation}`);
      assert.ok(Math.abs(pairs[0][0] - pairs[0][1]) > 1e-3, `seed ${seed} begins as ${seed} + 2^32 does`);
    }
  });

  it('are uniform', () => {
    const rng = createRng(1);
    const counts = new Array(100).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(rng() * 100)]++;
    assert.ok(chiSquared(counts, new Array(100).fill(0.01)) < 148.2, 'beyond the 0.1 % point of 99 degrees');
  });
});

describe('sampling', () => {
  const scores = Float32Array.of(1, -Infinity, 2.5, 0, -1, 2.5);
  const weights = Array.from(scores, (score) => Math.exp(score));
  const mass = weights.reduce((a, b) => a + b);
  const probabilities = weights.map((weight) => weight / mass);

  for (const seed of [0, 1, 20_260_101]) {
    it(`draws 100,000 tokens as often as it should, seed ${seed}`, () => {
      const rng = createRng(seed);
      const counts = new Array(scores.length).fill(0);
      for (let i = 0; i < 100_000; i++) counts[sample(scores, rng)]++;
      assert.equal(counts[1], 0);
      assert.ok(chiSquared(counts, probabilities) < 18.47, 'beyond the 0.1 % point of 4 degrees');
    });
  }

  it('draws pairs without replacement as often as it should', () => {
    const rng = createRng(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 100_000; i++) {
      const pair = sampleWithoutReplacement(scores, 2, rng).join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const pairs = probabilities.flatMap((p, a) =>
      probabilities.flatMap((q, b) => (a !== b && p * q > 0 ? [{ key: `${a},${b}`, share: (p * q) / (1 - p) }] : [])),
    );
    assert.equal(pairs.length, counts.size);
    const observed = pairs.map(({ key }) => counts.get(key) ?? 0);
    const expected = pairs.map(({ share }) => share);
    assert.ok(chiSquared(observed, expected) < 43.82, 'beyond the 0.1 % point of 19 degrees');
  });

  it('draws no more different tokens than are possible', () => {
    assert.deepEqual(sampleWithoutReplacement(Float32Array.of(-Infinity, 0, -Infinity), 3, createRng(0)), [1]);
  });

  it('throws where no token is possible', () => {
    assert.throws(() => sample(Float32Array.of(-Infinity, -Infinity), createRng(0)), /No token is possible/);
  });
});
