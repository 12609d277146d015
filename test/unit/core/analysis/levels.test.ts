import assert from 'node:assert/strict';
import { levelOf, levelsFor, USUAL_LEVELS } from '../../../../src/core/analysis/levels';

/** 1,000 words of 0.02 to 20 bits, in no order. */
const words = Array.from({ length: 1_000 }, (_, i) => (((i * 37) % 1_000) + 1) / 50);

describe('the levels of a heat map', () => {
  it('tint a quarter of the words, and less the stronger the tint', () => {
    const levels = levelsFor(words);
    assert.deepEqual(levels, [15, 18, 19, 20]);
    const shares = levels.map((level) => words.filter((bits) => bits >= level).length / words.length);
    for (const [i, most] of [0.26, 0.12, 0.06, 0.02].entries()) assert.ok(shares[i] <= most, `${shares}`);
    assert.ok(shares[0] > 0.2);
  });

  it('stay half a bit apart, and leave what is hardly surprising as it is', () => {
    assert.deepEqual(levelsFor(Array(100).fill(1)), [5, 5.5, 6, 6.5]);
    assert.deepEqual(levelsFor(Array(100).fill(7.2)), [7.5, 8, 8.5, 9]);
  });

  it('are the usual ones for a text of a few words', () => {
    assert.deepEqual(levelsFor(Array(59).fill(1)), USUAL_LEVELS);
    assert.deepEqual(levelsFor(Array(60).fill(1)), [5, 5.5, 6, 6.5]);
    assert.deepEqual(levelsFor([]), USUAL_LEVELS);
    assert.equal(USUAL_LEVELS.length, 4);
  });

  it('begin with their bound', () => {
    assert.deepEqual(
      [0, 9.9, 10, 12.9, 13, 16, 22, 99].map((bits) => levelOf(bits, [10, 13, 16, 22])),
      [-1, -1, 0, 0, 1, 2, 3, 3],
    );
  });
});
