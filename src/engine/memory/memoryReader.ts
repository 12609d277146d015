import { Distribution } from '../../core/completion/distribution';
import type { Mixed, TokenOrigin, WriterMemory } from '../../core/memory';
import type { Tokenizer } from '../../core/tokenizer';
import { MixedTokens } from './mixedTokens';

/** The expectation after a text, to be compared with what the writer writes there. */
export interface Lesson {
  readonly text: readonly number[];
  readonly mixed: Mixed;
  /** The model's own distribution. */
  readonly own: Distribution;
}

/**
 * Reads a model's logits and mixes the writer's memory in, so that everything derived from them (healing, drafting, the
 * gate, alternatives) uses the mixture.
 */
export class MemoryReader {
  readonly #memory: WriterMemory;
  readonly #tokenizer: Tokenizer;
  /** The mixtures after each text, and after the one that was read first. */
  readonly #mixed = new Map<string, Mixed>();
  #lesson: Lesson | undefined;

  constructor(memory: WriterMemory, tokenizer: Tokenizer) {
    this.#memory = memory;
    this.#tokenizer = tokenizer;
  }

  read(logits: Float32Array, text: readonly number[]): MixedTokens {
    const own = new Distribution(logits, this.#tokenizer);
    const mixed = this.#memory.expect(text, own.confidence);
    this.#lesson ??= { text, mixed, own };
    this.#mixed.set(keyOf(text), mixed);
    return new MixedTokens(own, mixed);
  }

  /** The expectation at the end of the text that was read first. */
  get lesson(): Lesson | undefined {
    return this.#lesson;
  }

  /** The source of a token's probability after `before`; undefined where nothing was mixed in. */
  origin(before: readonly number[], id: number, logprob: number): TokenOrigin | undefined {
    const mixed = this.#lesson && this.#mixed.get(keyOf([...this.#lesson.text, ...before]));
    return mixed && this.#memory.origin(mixed, id, Math.exp(logprob));
  }
}

function keyOf(ids: readonly number[]): string {
  return `${ids.length}:${ids.slice(-32).join()}`;
}
