/** One BPE token of a text, with its place in the text. Spans are half-open. */
export interface Token {
  readonly id: number;
  /** The token's bytes decoded as UTF-8 on their own; U+FFFD stands for a part of a character. */
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
