import type { TextModel } from '../decoding/model';
import type { Tokenizer } from '../tokenizer';
import { Distribution, type NextTokens } from './distribution';

/** Interprets a row of logits as the distribution after a text. */
export type ReadLogits = (logits: Float32Array, text: readonly number[]) => NextTokens;

/** A model as ghost text queries it: what comes after a text? */
export class Reader {
  readonly #model: TextModel;
  readonly #read: ReadLogits;

  /** @param read how to interpret the model's logits; by default as its own distribution */
  constructor(model: TextModel, read: ReadLogits = (logits) => new Distribution(logits, model.tokenizer)) {
    this.#model = model;
    this.#read = read;
  }

  get tokenizer(): Tokenizer {
    return this.#model.tokenizer;
  }

  /** The distribution after a text. */
  async after(text: readonly number[], signal?: AbortSignal): Promise<NextTokens> {
    const [next] = await this.along(text, 1, signal);
    return next;
  }

  /** The distributions after several texts of equal length, in one run. */
  async afterEach(texts: readonly (readonly number[])[], signal?: AbortSignal): Promise<NextTokens[]> {
    const rows = await this.#model.forward(texts, {}, signal);
    return rows.map(({ logits }, i) => this.#read(logits, texts[i]));
  }

  /** The distributions at the last `count` positions of a text, oldest first, in one run. */
  async along(text: readonly number[], count: number, signal?: AbortSignal): Promise<NextTokens[]> {
    const [{ logits }] = await this.#model.forward([text], { lastN: count }, signal);
    const size = this.#model.vocabSize;
    return Array.from({ length: count }, (_, i) =>
      this.#read(logits.subarray(i * size, (i + 1) * size), text.slice(0, text.length - count + 1 + i)),
    );
  }
}
