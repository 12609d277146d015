import type { Forward, ForwardOptions, TextModel } from '../../core/decoding/model';
import { argmax, normaliser } from '../../core/logits';
import { reusable } from '../../core/logits/ranking';
import type { Mixed, TokenOrigin, WriterMemory } from '../../core/memory';
import type { Tokenizer } from '../../core/tokenizer';

/** What the memory adds to each token, zeros between uses; and the tokens that it adds to. */
const addendBuffer = reusable((length) => new Float64Array(length));
const tokenBuffer = reusable((length) => new Int32Array(length));

/** What was expected after a text, to be held against what the writer writes there. */
export interface Lesson {
  readonly text: readonly number[];
  readonly mixed: Mixed;
  /** The model's own. */
  readonly logits: Float32Array;
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
    rows.forEach(({ logits }, row) => {
      const positions = logits.length / this.vocabSize;
      for (let i = 0; i < positions; i++) {
        const text = sequences[row].slice(0, sequences[row].length - positions + 1 + i);
        const position = logits.subarray(i * this.vocabSize, (i + 1) * this.vocabSize);
        const own = this.#lesson ? undefined : position.slice();
        const mixed = this.#mix(position, text);
        this.#mixed.set(keyOf(text), mixed);
        if (own) this.#lesson = { text, mixed, logits: own };
      }
    });
    return rows;
  }

  /** What was expected where the text ends that was read first. */
  get lesson(): Lesson | undefined {
    return this.#lesson;
  }

  /** Whom a token's probability came from, the n-th after what was read first; undefined where nothing was asked. */
  origin(before: readonly number[], id: number, logprob: number): TokenOrigin | undefined {
    const mixed = this.#lesson && this.#mixed.get(keyOf([...this.#lesson.text, ...before]));
    if (!mixed) return undefined;
    const probability = Math.exp(logprob);
    const own = Math.max(0, probability - mixed.probability(id, 0)) / mixed.modelShare;
    return { ...mixed.shares(id, own), passage: this.#memory.passage(mixed, id) };
  }

  /** Turns logits into those of the mixture, in place: only tokens of which the memory has something to say change. */
  #mix(logits: Float32Array, history: readonly number[]): Mixed {
    const total = normaliser(logits);
    const mixed = this.#memory.expect(history, Math.exp(logits[argmax(logits)] - total));
    const addends = addendBuffer(logits.length);
    const tokens = tokenBuffer(logits.length);
    let touched = 0;
    mixed.forEachAddend((id, addend) => {
      if (addends[id] === 0) tokens[touched++] = id;
      addends[id] += addend;
    });
    for (let i = 0; i < touched; i++) {
      const id = tokens[i];
      logits[id] = total + Math.log(Math.exp(logits[id] - total) + addends[id] / mixed.modelShare);
      addends[id] = 0;
    }
    return mixed;
  }
}

function keyOf(ids: readonly number[]): string {
  return `${ids.length}:${ids.slice(-32).join()}`;
}
