import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { display, END_OF_TEXT, tokenBytes, tokenText, VOCAB_SIZE } from '../../../support/gpt2';

const require = createRequire(import.meta.url);

describe('tokenizer: vocabulary', () => {
  it('is that of openai/tiktoken r50k_base, byte for byte', () => {
    const published = readFileSync(require.resolve('gpt-tokenizer/data/r50k_base.tiktoken'));
    // The SHA-256 that openai/tiktoken itself expects of this file (tiktoken_ext/openai_public.py).
    assert.equal(
      createHash('sha256').update(published).digest('hex'),
      '306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930',
    );
    const lines = published.toString('latin1').trimEnd().split('\n');
    assert.equal(lines.length, VOCAB_SIZE - 1);
    for (const line of lines) {
      const [base64, rank] = line.split(' ');
      assert.equal(Buffer.from(tokenBytes(Number(rank))).toString('base64'), base64);
    }
  });

  it('ends with the special token', () => {
    assert.equal(END_OF_TEXT, VOCAB_SIZE - 1);
    assert.equal(tokenText(END_OF_TEXT), '<|endoftext|>');
    assert.equal(display(END_OF_TEXT), '<|endoftext|>');
  });

  it('refuses ids that do not exist', () => {
    for (const id of [-1, VOCAB_SIZE, 0.5, Number.NaN]) {
      for (const look of [tokenBytes, tokenText, display]) assert.throws(() => look(id), RangeError);
    }
  });

  it('shows every token in printable characters, no two alike', () => {
    const shown = new Set<string>();
    for (let id = 0; id < END_OF_TEXT; id++) {
      assert.equal(display(id).length, tokenBytes(id).length);
      assert.match(display(id), /^[!-~¡-¬®-Ń]+$/);
      shown.add(display(id));
    }
    assert.equal(shown.size, END_OF_TEXT);
  });

  it('hands out bytes that the caller may change', () => {
    tokenBytes(0).fill(0);
    assert.equal(tokenBytes(0)[0], 0x21);
  });
});
