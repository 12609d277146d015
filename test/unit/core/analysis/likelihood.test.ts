import assert from 'node:assert/strict';
import { bitsPerCharacter, meanLogprob, perplexity, sumLogprobs, surprisal } from '../../../../src/core/analysis';
import { distinctN, repetitionRate } from '../../../../src/core/analysis/likelihood';

describe('analysis: likelihood', () => {
  const logprobs = [0.5, 0.25, 0.125].map(Math.log);
  const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

  it('surprisal is in bits', () => {
    logprobs.forEach((logprob, i) => {
      close(surprisal(logprob), i + 1);
    });
    assert.ok(Object.is(surprisal(0), 0));
    assert.equal(surprisal(Number.NEGATIVE_INFINITY), Number.POSITIVE_INFINITY);
  });

  it('sum, mean and perplexity', () => {
    close(sumLogprobs(logprobs), Math.log(1 / 64));
    close(meanLogprob(logprobs), Math.log(1 / 4));
    close(perplexity(logprobs), 4);
    assert.equal(sumLogprobs([]), 0);
    for (const mean of [meanLogprob, perplexity]) assert.throws(() => mean([]), RangeError);
  });

  it('bits per character counts characters, not UTF-16 units', () => {
    close(bitsPerCharacter(logprobs, 'abc'), 2);
    close(bitsPerCharacter(logprobs, 'a🚀c'), 2);
    assert.throws(() => bitsPerCharacter([], ''), RangeError);
  });
});

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
