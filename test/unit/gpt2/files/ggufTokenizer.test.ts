import assert from 'node:assert/strict';
import { readTokenizer } from '../../../../src/core/tokenizer';
import type { GgufTokenizer } from '../../../../src/gpt2/files/gguf';
import { filesOfGguf } from '../../../../src/gpt2/files/ggufTokenizer';
import { display, END_OF_TEXT, merges, tokenize, VOCAB_SIZE } from '../../../support/gpt2';

describe('the tokenizer in a GGUF file', () => {
  const gpt2: GgufTokenizer = {
    tokens: [...Array.from({ length: VOCAB_SIZE }, (_, id) => display(id)), '[PAD50257]'],
    merges: merges(),
    types: [...Array.from({ length: END_OF_TEXT }, () => 1), 3, 5],
    pre: 'gpt-2',
    bosId: END_OF_TEXT,
    eosId: END_OF_TEXT,
  };

  it("is GPT-2's own where llama.cpp made it from that, without the tokens that pad it", () => {
    const tokenizer = readTokenizer(filesOfGguf(gpt2), { rows: VOCAB_SIZE + 1 });
    const text = 'Ünïcode, “quotes” and 漢字 👩‍👩‍👧\n\n  don’t';
    assert.deepEqual(tokenizer.tokenize(text), tokenize(text));
    assert.equal(tokenizer.endOfText, END_OF_TEXT);
    assert.deepEqual(tokenizer.encode('a<|endoftext|>'), [64, END_OF_TEXT]);
    assert.deepEqual(tokenizer.opening, []);
    assert.equal(tokenizer.size, VOCAB_SIZE);
  });

  it('puts a start token first where the file says so, and is refused by name where it cuts text in another way', () => {
    assert.deepEqual(readTokenizer(filesOfGguf({ ...gpt2, addBos: true })).opening, [END_OF_TEXT]);
    assert.throws(() => filesOfGguf({ ...gpt2, pre: 'llama-bpe' }), /"llama-bpe"/);
  });
});
