import { Distribution } from '../../core/completion/distribution';
import type { Mixed, TokenOrigin, WriterMemory } from '../../core/memory';
import type { Tokenizer } from '../../core/tokenizer';
import { MixedTokens } from './mixedTokens';

/** What was expected after a text, to be held against what the writer writes there. */
export interface Lesson {
  readonly text: readonly number[];
  readonly mixed: Mixed;
  /** What the model alone expected. */
  readonly own: Distribution;
}

/**
 * Reads a model's logits together with what the writer's texts say, so that everything that is read off them (healing,
 * drafting, the gate, alternatives) is the mixture's.
 */
export class MemoryReader {
  readonly #memory: WriterMemory;
  readonly #tokenizer: Tokenizer;
  /** What was expected after each text, and after the text that was read first. */
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

  /** What was expected where the text ends that was read first. */
  get lesson(): Lesson | undefined {
    return this.#lesson;
  }

  /** Whom a token's probability came from, the n-th after what was read first; undefined where nothing was asked. */
  origin(before: readonly number[], id: number, logprob: number): TokenOrigin | undefined {
    const mixed = this.#lesson && this.#mixed.get(keyOf([...this.#lesson.text, ...before]));
    return mixed && this.#memory.origin(mixed, id, Math.exp(logprob));
  }
}

function keyOf(ids: readonly number[]): string {
  return `${ids.length}:${ids.slice(-32).join()}`;
}
