import { DOCUMENT, Evidence, FAR, NEAR, NOBODY, type Source } from './evidence';
import { type Mixed, Mixture } from './mixture';
import { TokenCounts } from './tokenCounts';
import { LONGEST_MATCH, TokenIndex } from './tokenIndex';
import type { TextTokenizer } from './wordParts';
import { WordParts } from './wordParts';

/** The group of each owner in the indexes: here the owners are the groups. */
const GROUP_OF_OWNER = [NOBODY, DOCUMENT, NEAR, FAR];

/**
 * A memory that reads texts token by token and says before each what it expects, so that what it says can be held
 * against what came: the texts before this one are its neighbours, those it was given beforehand are the rest.
 */
export class ReadingMemory {
  readonly #tokenizer: Pick<TextTokenizer, 'size' | 'decode'>;
  #document: TokenIndex;
  #earlier: TokenIndex;
  readonly #words: { readonly document: TokenCounts; near: TokenCounts; readonly far: TokenCounts };
  #read: number[] = [];

  readonly #mixture: Mixture;

  /** @param mixture what it learns with; by default one that begins where texts of other writers have left it */
  constructor(
    tokenizer: Pick<TextTokenizer, 'size' | 'decode'>,
    mixture: Mixture = new Mixture(new WordParts(tokenizer)),
  ) {
    this.#tokenizer = tokenizer;
    this.#mixture = mixture;
    this.#document = new TokenIndex();
    this.#earlier = new TokenIndex();
    this.#words = {
      document: new TokenCounts(tokenizer.size),
      near: new TokenCounts(tokenizer.size),
      far: new TokenCounts(tokenizer.size),
    };
  }

  /** Reads a whole text by another author, or an old one. */
  remember(ids: readonly number[], boundary: number): void {
    this.#earlier.push(boundary, NOBODY);
    for (const id of ids) {
      this.#earlier.push(id, FAR);
      this.#words.far.add(id);
    }
  }

  /**
   * Begins a text; earlier ones become its neighbours, or are forgotten.
   * @param boundary a token that separates texts
   */
  begin(boundary: number, forget = false): void {
    if (forget) {
      this.#earlier = new TokenIndex();
      this.#words.near = new TokenCounts(this.#tokenizer.size);
      this.#words.far.clear();
    } else if (this.#read.length > 1) {
      this.#earlier.push(boundary, NOBODY);
      for (const id of this.#read.slice(1)) {
        this.#earlier.push(id, NEAR);
        this.#words.near.add(id);
      }
    }
    this.#document = new TokenIndex();
    this.#document.push(boundary, NOBODY);
    this.#words.document.clear();
    this.#read = [boundary];
  }

  /** What it expects next, given the probability of the model's first choice. */
  expect(confidence: number): Mixed {
    const sources: Source[] = [
      { index: this.#document, groups: GROUP_OF_OWNER, holds: [DOCUMENT] },
      { index: this.#earlier, groups: GROUP_OF_OWNER, holds: [NEAR, FAR] },
    ];
    const { document, near, far } = this.#words;
    return this.#mixture.weigh(
      new Evidence(this.#read.slice(-LONGEST_MATCH), sources, [document, near, far]),
      confidence,
    );
  }

  /**
   * Reads the next token, and learns from it how far each opinion can be trusted.
   * @param probability what the model alone gave it
   */
  read(id: number, mixed: Mixed, probability: number): void {
    this.#mixture.learn(mixed, id, probability);
    this.#document.push(id, DOCUMENT);
    this.#words.document.add(id);
    this.#read.push(id);
  }
}
