import type { Forward, ForwardOptions, TextModel } from '../../../../src/core/decoding/model';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';
import { END_OF_TEXT, encode, VOCAB_SIZE } from '../../../support/gpt2';

/** Logits of the next token after a sequence. */
type Next = (sequence: readonly number[]) => Float32Array;

/** A language model that is a plain function, and counts what a cache by longest common prefix would have to feed. */
export class FunctionModel implements TextModel {
  readonly #next: Next;

  readonly vocabSize = VOCAB_SIZE;
  readonly tokenizer = gpt2Tokenizer();
  runs = 0;
  tokensFed = 0;
  #cached: readonly number[] = [];

  constructor(
    next: Next,
    readonly contextLength = 256,
  ) {
    this.#next = next;
  }

  async forward(
    sequences: readonly (readonly number[])[],
    { lastN = 1 }: ForwardOptions = {},
    signal?: AbortSignal,
  ): Promise<Forward[]> {
    signal?.throwIfAborted();
    this.runs++;
    return sequences.map((sequence) => {
      let shared = 0;
      while (shared < sequence.length && sequence[shared] === this.#cached[shared]) shared++;
      this.tokensFed += sequence.length - Math.min(shared, sequence.length - lastN);
      this.#cached = sequence;
      if (lastN === 1) return { logits: this.#next(sequence) };
      const logits = new Float32Array(lastN * VOCAB_SIZE);
      for (let i = 0; i < lastN; i++) {
        logits.set(this.#next(sequence.slice(0, sequence.length - lastN + 1 + i)), i * VOCAB_SIZE);
      }
      return { logits };
    });
  }
}

/** Knows these texts by heart: after their beginning it is sure of the next token, elsewhere it has no idea. */
export function memory(texts: readonly string[], contextLength?: number): FunctionModel {
  const following = new Map<string, Set<number>>();
  for (const text of texts) {
    const ids = [END_OF_TEXT, ...encode(text), END_OF_TEXT];
    for (let i = 1; i < ids.length; i++) {
      const key = ids.slice(0, i).join();
      following.set(key, (following.get(key) ?? new Set()).add(ids[i]));
    }
  }
  return new FunctionModel((sequence) => {
    const logits = new Float32Array(VOCAB_SIZE);
    for (const id of following.get(sequence.join()) ?? []) logits[id] = 20;
    return logits;
  }, contextLength);
}

/** Says that the tokens listed for a text have these probabilities; the other tokens share the rest. */
export function table(rows: Readonly<Record<string, Readonly<Record<string, number>>>>): FunctionModel {
  const known = new Map(Object.entries(rows).map(([text, next]) => [[END_OF_TEXT, ...encode(text)].join(), next]));
  return new FunctionModel((sequence) => {
    const next = Object.entries(known.get(sequence.join()) ?? {});
    const rest = next.reduce((left, [, probability]) => left - probability, 1);
    const logits = new Float32Array(VOCAB_SIZE).fill(Math.log(rest / (VOCAB_SIZE - next.length)));
    for (const [text, probability] of next) logits[text === '' ? END_OF_TEXT : one(text)] = Math.log(probability);
    return logits;
  });
}

function one(text: string): number {
  const ids = encode(text);
  if (ids.length !== 1) throw new Error(`${JSON.stringify(text)} is not one token.`);
  return ids[0];
}
