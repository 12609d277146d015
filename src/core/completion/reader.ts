import type { TextModel } from '../decoding/model';
import type { Tokenizer } from '../tokenizer';
import { Distribution, type NextTokens } from './distribution';

/** Reads a row of logits as what is expected after a text. */
export type ReadLogits = (logits: Float32Array, text: readonly number[]) => NextTokens;

/** A model as ghost text asks it: what comes after a text? */
export class Reader {
  readonly #model: TextModel;
  readonly #read: ReadLogits;

  /** @param read what the model's logits are taken for; by default the distribution that they are */
  constructor(model: TextModel, read: ReadLogits = (logits) => new Distribution(logits, model.tokenizer)) {
    this.#model = model;
    this.#read = read;
  }

  get tokenizer(): Tokenizer {
    return this.#model.tokenizer;
  }

  /** What is expected after a text. */
  async after(text: readonly number[], signal?: AbortSignal): Promise<NextTokens> {
    const [next] = await this.along(text, 1, signal);
    return next;
  }

  /** What is expected after each of several texts of one length, in one run. */
  async afterEach(texts: readonly (readonly number[])[], signal?: AbortSignal): Promise<NextTokens[]> {
    const rows = await this.#model.forward(texts, {}, signal);
    return rows.map(({ logits }, i) => this.#read(logits, texts[i]));
  }

  /** What is expected at the last `count` positions of a text, oldest first, in one run. */
  async along(text: readonly number[], count: number, signal?: AbortSignal): Promise<NextTokens[]> {
    const [{ logits }] = await this.#model.forward([text], { lastN: count }, signal);
    const size = this.#model.vocabSize;
    return Array.from({ length: count }, (_, i) =>
      this.#read(logits.subarray(i * size, (i + 1) * size), text.slice(0, text.length - count + 1 + i)),
    );
  }
}
