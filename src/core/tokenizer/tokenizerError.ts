/** A tokenizer that cannot be read: the message says what of it, and why. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';
}
