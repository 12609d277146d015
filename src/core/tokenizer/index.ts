/** Byte-level BPE tokenizers, bit-exact, with the place of every token in the text. */
export { gpt2Tokenizer } from './gpt2';
export { type TokenizerSource, tokenizerOf } from './modelTokenizer';
export {
  type ReadOptions,
  readTokenizer,
  TOKENIZER_FILES,
  type TokenizerFile,
  type TokenizerFiles,
} from './read/readTokenizer';
export type { EncodeOptions, StreamDecoder, Token, Tokenizer } from './tokenizer';
export { TokenizerError } from './tokenizer';
