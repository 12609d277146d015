/** What the memory needs of a tokenizer. */
export interface TextTokenizer {
  /** One above the largest id. */
  readonly size: number;
  readonly endOfText: number | undefined;
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}

const GOES_ON = /^[\p{L}\p{M}\p{N}'’]/u;
const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Tells which tokens go on with a word rather than begin one. */
export class WordParts {
  readonly #tokenizer: Pick<TextTokenizer, 'size' | 'decode'>;
  readonly #known: Uint8Array;

  constructor(tokenizer: Pick<TextTokenizer, 'size' | 'decode'>) {
    this.#tokenizer = tokenizer;
    this.#known = new Uint8Array(tokenizer.size);
  }

  goesOn(id: number): boolean {
    if (this.#known[id] === UNKNOWN) this.#known[id] = GOES_ON.test(this.#tokenizer.decode([id])) ? YES : NO;
    return this.#known[id] === YES;
  }

  /** How many tokens at the end of a text are those of its last word. */
  begun(ids: readonly number[]): number {
    let count = 1;
    while (count < ids.length && this.goesOn(ids[ids.length - count])) count++;
    return count;
  }
}
