import type { Gpt2Config } from '../gpt2/config';
import { StoreError } from './errors';

/** Entries of GPT-2's byte-pair vocabulary, `<|endoftext|>` among them. */
export const VOCABULARY_SIZE = 50_257;

/** Throws a `StoreError` when the model counts its tokens differently from the tokenizer Inkling has. */
export function requireVocabulary(config: Gpt2Config): void {
  if (config.vocab_size !== VOCABULARY_SIZE) {
    throw new StoreError(
      'unsupported',
      `This model has ${config.vocab_size.toLocaleString('en')} tokens, GPT-2's own vocabulary has 50,257. Inkling ` +
        'runs models with the original tokenizer; resize_token_embeddings(50257) drops added or padding tokens.',
    );
  }
}
