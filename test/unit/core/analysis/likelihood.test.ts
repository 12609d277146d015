import assert from 'node:assert/strict';
import { bitsPerCharacter, meanLogprob, perplexity, sumLogprobs, surprisal } from '../../../../src/core/analysis';

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
