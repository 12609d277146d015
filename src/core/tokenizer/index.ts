/** GPT-2's byte-level BPE, bit-exact, with the place of every token in the text. */
export { decode, decodeBytes, StreamDecoder, tokenText } from './decode';
export { display } from './display';
export { type EncodeOptions, encode } from './encode';
export type { Token } from './token';
export { tokenize } from './tokenize';
export { tokensThatArePrefixOf, tokensWithPrefix } from './trie';
export { END_OF_TEXT, tokenBytes, VOCAB_SIZE } from './vocabulary';
