import type { TextTokenizer } from '../../../../src/core/memory';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';

const gpt2 = gpt2Tokenizer();

export const textTokenizer: TextTokenizer = {
  size: gpt2.size,
  endOfText: gpt2.endOfText,
  encode: (text) => gpt2.encode(text),
  decode: (ids) => gpt2.decode(ids),
};
