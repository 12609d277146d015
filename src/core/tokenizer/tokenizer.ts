/** One BPE token of a text, with its place in the text. Spans are half-open. */
export interface Token {
  readonly id: number;
  /** The token's bytes decoded as UTF-8 on their own; U+FFFD for parts of a character. */
  readonly text: string;
  /** The vocabulary's own notation: one printable character for each byte, `Ġ` for the space. */
  readonly display: string;
  /**
   * Span in UTF-8 bytes of the text. Spans of neighbours touch unless the tokenizer rewrites or drops text; what it
   * puts in has an empty one.
   */
  readonly bytes: readonly [number, number];
  /** Span in UTF-16 units of every character the token touches; parts of one character share its span. */
  readonly utf16: readonly [number, number];
}

export interface EncodeOptions {
  /**
   * Read special tokens that are written out in the text (`<|endoftext|>`) as such instead of as ordinary characters.
   * By default those read from files do so, as Hugging Face's, and GPT-2's own does not, as OpenAI's.
   */
  readonly allowSpecial?: boolean;
  /** Also put the template's tokens around the text, as Hugging Face's `encode` does. */
  readonly template?: boolean;
}

/** Decodes tokens as they come; a character split over several arrives with its last byte. */
export interface StreamDecoder {
  /** The text that this token completes. */
  push(id: number): string;
  /** What is left of an unfinished character, as U+FFFD. The decoder may then be used for another sequence. */
  end(): string;
}

/** A byte-level BPE tokenizer. A model brings its own; GPT-2's is `gpt2Tokenizer`. */
export interface Tokenizer {
  /** One above the largest id. Not every id below it need be a token: see `has`. */
  readonly size: number;
  /** The token that ends a text and separates texts in training. */
  readonly endOfText: number | undefined;
  /** What the template puts before every text; mostly nothing. */
  readonly opening: readonly number[];
  /**
   * What a text begins after, so that the model has something to go by: at least one token; none where no text can be
   * read.
   */
  readonly start: readonly number[];
  /** The ids below `size` that are no tokens; mostly none. */
  readonly gaps: readonly number[];
  has(id: number): boolean;
  /** Whether the token marks something (the end of a text, a speaker, padding) and is no text itself. */
  isSpecial(id: number): boolean;
  encode(text: string, options?: EncodeOptions): number[];
  /** The tokens of a text with their places in it. */
  tokenize(text: string, options?: EncodeOptions): Token[];
  /**
   * The text of a sequence of tokens; U+FFFD for bytes that are not UTF-8.
   * @throws RangeError for an unknown id
   */
  decode(ids: readonly number[]): string;
  /**
   * The bytes of a sequence.
   * @throws a RangeError for an id that is no token
   */
  decodeBytes(ids: readonly number[]): Uint8Array;
  /**
   * The token's bytes, a fresh copy; those of a special token spell it.
   * @throws a RangeError for an id that is no token
   */
  tokenBytes(id: number): Uint8Array;
  /**
   * One token's bytes decoded on their own; U+FFFD for parts of a character.
   * @throws RangeError for an unknown id
   */
  tokenText(id: number): string;
  /**
   * The token in the vocabulary's own notation, one printable character for each byte: `Ġworld`.
   * @throws a RangeError for an id that is no token
   */
  display(id: number): string;
  streamDecoder(): StreamDecoder;
  /** Ids of the tokens of text whose bytes start with these, or are these, in the order of their bytes. */
  tokensWithPrefix(bytes: Uint8Array): number[];
  /** Ids of the tokens of text whose bytes are a proper prefix of these, shortest first. */
  tokensThatArePrefixOf(bytes: Uint8Array): number[];
}

/** A tokenizer that cannot be read: the message says what of it, and why. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';
}
