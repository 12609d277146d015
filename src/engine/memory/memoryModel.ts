import type { Forward, ForwardOptions, TextModel } from '../../core/decoding/model';
import { exponentials } from '../../core/logits';
import { reusable } from '../../core/logits/ranking';
import type { Mixed, TokenOrigin, WriterMemory } from '../../core/memory';
import type { Tokenizer } from '../../core/tokenizer';

const weightBuffer = reusable((length) => new Float32Array(length));

/** What was expected after a text, to be held against what the writer writes there. */
export interface Lesson {
  readonly text: readonly number[];
  readonly mixed: Mixed;
  /** The model's own, and their normaliser. */
  readonly logits: Float32Array;
  readonly total: number;
}

/**
 * A model whose next-token distributions are mixed with what the writer's texts say, so that everything that is read
 * off them (healing, drafting, the gate, alternatives) is the mixture's.
 */
export class MemoryModel implements TextModel {
  readonly #model: TextModel;
  readonly #memory: WriterMemory;

  readonly vocabSize: number;
  readonly contextLength: number;
  readonly eosTokenId: number | undefined;
  readonly tokenizer: Tokenizer;
  /** What was expected after each text, and the text that was read first. */
  readonly #mixed = new Map<string, Mixed>();
  #lesson: Lesson | undefined;

  constructor(model: TextModel, memory: WriterMemory) {
    this.#model = model;
    this.#memory = memory;
    this.vocabSize = model.vocabSize;
    this.contextLength = model.contextLength;
    this.eosTokenId = model.eosTokenId;
    this.tokenizer = model.tokenizer;
  }

  async forward(
    sequences: readonly (readonly number[])[],
    options?: ForwardOptions,
    signal?: AbortSignal,
  ): Promise<Forward[]> {
    const rows = await this.#model.forward(sequences, options, signal);
    return rows.map((forward, row) => {
      const { logits } = forward;
      const normalisers = new Float64Array(logits.length / this.vocabSize);
      for (let i = 0; i < normalisers.length; i++) {
        const text = sequences[row].slice(0, sequences[row].length - normalisers.length + 1 + i);
        const position = logits.subarray(i * this.vocabSize, (i + 1) * this.vocabSize);
        const weights = weightBuffer(this.vocabSize);
        const { max, sum } = exponentials(position, weights);
        // The greatest has the weight 1.
        const mixed = this.#memory.expect(text, 1 / sum);
        this.#lesson ??= { text, mixed, logits: position.slice(), total: max + Math.log(sum) };
        this.#mixed.set(keyOf(text), mixed);
        normalisers[i] = mixed.mixInto(position, weights, max, sum);
      }
      return { ...forward, normalisers };
    });
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
