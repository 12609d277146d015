import {
  contextWindowStart,
  type Forward,
  type ForwardOptions,
  type LanguageModel,
} from '../../../../src/core/decoding/model';
import { createRng } from '../../../../src/core/decoding/random';

/** A language model that is a function of the ids, and counts what it is asked. */
export class FakeModel implements LanguageModel {
  readonly #logits: (ids: readonly number[]) => ArrayLike<number>;

  readonly contextLength = 64;
  /** Calls of `forward`. */
  runs = 0;
  /** Sequences seen, over all calls. */
  rows = 0;

  constructor(
    readonly vocabSize: number,
    logits: (ids: readonly number[]) => ArrayLike<number>,
    readonly eosTokenId?: number,
  ) {
    this.#logits = logits;
  }

  async forward(
    sequences: readonly (readonly number[])[],
    { lastN = 1, hidden = false }: ForwardOptions = {},
    signal?: AbortSignal,
  ): Promise<Forward[]> {
    signal?.throwIfAborted();
    this.runs += 1;
    this.rows += sequences.length;
    return sequences.map((whole) => {
      const ids = whole.slice(contextWindowStart(whole.length, this.contextLength));
      const ends = Array.from({ length: lastN }, (_, i) => ids.slice(0, ids.length - lastN + 1 + i));
      const logits = Float32Array.from(ends.flatMap((prefix) => Array.from(this.#logits(prefix))));
      const states = ids.flatMap((_, i) => hiddenOf(ids.slice(0, i + 1)));
      return hidden ? { logits, hidden: { count: ids.length, values: Float32Array.from(states) } } : { logits };
    });
  }
}

/** Logits between -`spread` and `spread` that depend on every id of the sequence. */
export function randomLogits(seed: number, vocabSize: number, spread = 2): (ids: readonly number[]) => number[] {
  return (ids) => {
    const rng = createRng(hash(ids, seed));
    return Array.from({ length: vocabSize }, () => (2 * rng() - 1) * spread);
  };
}

const HIDDEN_WIDTH = 6;

/** A hidden state that depends mostly on the last id, so that repeated tokens resemble each other. */
export function hiddenOf(ids: readonly number[]): number[] {
  const token = createRng(hash(ids.slice(-1), 5));
  const context = createRng(hash(ids, 7));
  return Array.from({ length: HIDDEN_WIDTH }, () => 2 * token() - 1 + 0.3 * context());
}

function hash(ids: readonly number[], seed: number): number {
  return ids.reduce((h, id) => Math.imul(h ^ (id + 0x9e3779b9), 0x01000193) >>> 0, (seed * 2654435761) >>> 0);
}
