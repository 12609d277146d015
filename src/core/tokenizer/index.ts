/** Byte-level BPE tokenizers, bit-exact, with the place of every token in the text. */
export { gpt2Tokenizer } from './gpt2';
export type { Token } from './token';
export type { EncodeOptions, StreamDecoder, Tokenizer } from './tokenizer';
