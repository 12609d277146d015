import type { NextTokens } from '../../core/completion/distribution';
import type { Candidate } from '../../core/completion/types';
import type { Mixed } from '../../core/memory';
import type { ServerToken } from './serverTokens';
import type { ServerVocabulary } from './serverVocabulary';

/** The part of a next-token distribution that a server returns: its most probable tokens, and the one it chose. */
export class Likeliest implements NextTokens {
  /** The token that the server continues with. */
  readonly chosen: number;
  readonly #vocabulary: ServerVocabulary;
  /** By descending probability. */
  readonly #logprobs: ReadonlyMap<number, number>;
  /**
   * The token preferred by the server, as rounded log-probabilities can be tied or out of order; undefined if
   * constrained.
   */
  readonly #first: number | undefined;
  readonly #ranks: ReadonlyMap<number, number>;

  private constructor(
    vocabulary: ServerVocabulary,
    chosen: number,
    logprobs: ReadonlyMap<number, number>,
    first?: number,
  ) {
    this.chosen = chosen;
    this.#first = first;
    this.#vocabulary = vocabulary;
    this.#logprobs = new Map([...logprobs].sort(([, a], [, b]) => b - a));
    this.#ranks = new Map(Array.from(this.#logprobs.keys(), (id, rank) => [id, rank]));
  }

  /**
   * From a token of the server. Without log-probabilities all that is known is that it was chosen.
   * @param isConstrained whether a constraint may have ruled out the server's own preference
   */
  static of({ text, logprob, top }: ServerToken, vocabulary: ServerVocabulary, isConstrained: boolean): Likeliest {
    const chosen = vocabulary.idOf(text);
    const logprobs = new Map<number, number>();
    // Of two tokens with the same text, the first is the more probable one.
    for (const other of top) {
      const id = vocabulary.idOf(other.text);
      if (!logprobs.has(id)) logprobs.set(id, other.logprob);
    }
    if (!logprobs.has(chosen)) logprobs.set(chosen, logprob ?? Number.NEGATIVE_INFINITY);
    return new Likeliest(vocabulary, chosen, logprobs, isConstrained ? undefined : chosen);
  }

  /** The distribution at the end of a text. */
  static end(vocabulary: ServerVocabulary): Likeliest {
    return new Likeliest(vocabulary, vocabulary.endOfText, new Map([[vocabulary.endOfText, 0]]));
  }

  /** All ids in the order of `best`. */
  get ids(): number[] {
    const ids = [...this.#logprobs.keys()];
    return this.#first === undefined ? ids : [this.#first, ...ids.filter((id) => id !== this.#first)];
  }

  /** Probability of all tokens that the server did not list. */
  get rest(): number {
    return Math.max(0, 1 - this.mass(this.ids));
  }

  logprob(id: number): number {
    return this.#logprobs.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  rank(id: number): number {
    return this.#ranks.get(id) ?? this.#ranks.size;
  }

  candidate(id: number): Candidate {
    return { id, text: this.#vocabulary.tokenText(id), logprob: this.logprob(id) };
  }

  mass(ids: readonly number[]): number {
    return ids.reduce((sum, id) => sum + Math.exp(this.logprob(id)), 0);
  }

  best(count: number, ids?: readonly number[]): number[] {
    if (ids === undefined) return this.ids.slice(0, count);
    const wanted = new Set(ids);
    return this.ids.filter((id) => wanted.has(id)).slice(0, count);
  }

  /** The mixture with a memory's expectation. Tokens that the server did not list count with the memory's part only. */
  with(mixed: Mixed): Likeliest {
    const probabilities = new Map(this.ids.map((id) => [id, mixed.modelShare * Math.exp(this.logprob(id))]));
    mixed.forEachAddend((id, addend) => probabilities.set(id, (probabilities.get(id) ?? 0) + addend));
    const logprobs = new Map(Array.from(probabilities, ([id, probability]) => [id, Math.log(probability)]));
    return new Likeliest(this.#vocabulary, this.chosen, logprobs);
  }
}
