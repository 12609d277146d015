import { gpt2Tokenizer } from './gpt2';
import { readTokenizer, type TokenizerFiles } from './read/readTokenizer';
import type { Tokenizer } from './tokenizer';
import { UnknownTokenizer } from './unknownTokenizer';

/** What a model's tokenizer is made from: plain data, so that it can go to another process. */
export interface TokenizerSource {
  /** Absent where the model came without. */
  readonly files?: TokenizerFiles;
  /** How many tokens the model has. */
  readonly rows: number;
  /** The end of a text by the model's config. */
  readonly endOfText?: number;
}

/** Rows that a model with GPT-2's own tokenizer may have: added tokens, and padding to a multiple of some power of two. */
const MOST_GPT2_ROWS = 51_200;

/**
 * The tokenizer that a model was trained with. Without files it is GPT-2's own, if that fits the number of tokens.
 * @throws TokenizerError that names what of the files is not taken, or does not fit the model
 */
export function tokenizerOf({ files, rows, endOfText }: TokenizerSource): Tokenizer {
  if (files) return readTokenizer(files, { rows, endOfText });
  const gpt2 = gpt2Tokenizer();
  return rows >= gpt2.size && rows < MOST_GPT2_ROWS ? gpt2 : new UnknownTokenizer(rows);
}
