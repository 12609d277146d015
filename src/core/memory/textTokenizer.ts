/** What the memory needs of a tokenizer. */
export interface TextTokenizer {
  /** One above the largest id. */
  readonly size: number;
  readonly endOfText: number | undefined;
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}
