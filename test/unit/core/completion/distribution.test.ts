import assert from 'node:assert/strict';
import { Distribution } from '../../../../src/core/completion/distribution';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';
import { VOCAB_SIZE } from '../../../support/gpt2';

describe('Distribution', () => {
  const logits = new Float32Array(VOCAB_SIZE + 47);
  logits[5] = 3;
  logits[7] = 3;
  logits[9] = 2;
  logits[VOCAB_SIZE] = 100;
  const distribution = new Distribution(logits, gpt2Tokenizer());

  it('is one of GPT-2’s tokens, even where the model’s vocabulary is padded', () => {
    assert.deepEqual(distribution.best(3), [5, 7, 9]);
    assert.equal(distribution.rank(5), 0);
    const all = Array.from({ length: VOCAB_SIZE }, (_, id) => id);
    assert.ok(Math.abs(distribution.mass(all) - 1) < 1e-9);
  });

  it('finds the best of some tokens', () => {
    assert.deepEqual(distribution.best(2, [9, 11, 7]), [7, 9]);
    assert.deepEqual(distribution.best(5, [9, 7]), [7, 9]);
    assert.deepEqual(distribution.best(1, []), []);
    assert.ok(Math.abs(distribution.logprob(7) - Math.log(distribution.mass([7]))) < 1e-9);
  });

  it('refuses logits that are none: a damaged model suggests nothing rather than its first token', () => {
    const damaged = logits.slice();
    damaged[3] = Number.NaN;
    assert.throws(() => new Distribution(damaged, gpt2Tokenizer()), /not a distribution/);
  });
});
