import { extent, rankOf, type Scores } from '../logits';
import { exp } from '../logits/probabilities';
import { topIndices } from '../logits/ranking';
import type { Tokenizer } from '../tokenizer';
import type { Candidate } from './types';

/** The known part of a next-token distribution: all of it, or its most probable tokens. Logarithms are natural. */
export interface NextTokens {
  /** -Infinity where it is not known. */
  logprob(id: number): number;
  /** 0 for the most probable. */
  rank(id: number): number;
  candidate(id: number): Candidate;
  /** Probability that the next token is one of these. */
  mass(ids: readonly number[]): number;
  /** The `count` most probable of these tokens (of all, by default), best first; the first of equals wins. */
  best(count: number, ids?: readonly number[]): number[];
}

/** A row of logits read as the distribution of the next token. */
export class Distribution implements NextTokens {
  readonly #tokenizer: Tokenizer;
  readonly #logits: Scores;
  readonly #normaliser: number;
  /** The probability of the first choice. */
  readonly confidence: number;

  /** Some models pad their vocabulary for speed; what is no token of the tokenizer has no text and is left out. */
  constructor(logits: Scores, tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    const { size, gaps } = tokenizer;
    this.#logits = gaps.length > 0 ? logits.slice(0, size) : logits.subarray(0, size);
    for (const id of gaps) this.#logits[id] = Number.NEGATIVE_INFINITY;
    const { max, normaliser } = extent(this.#logits);
    this.#normaliser = normaliser;
    this.confidence = Math.exp(max - normaliser);
  }

  logprob(id: number): number {
    return this.#logits[id] - this.#normaliser;
  }

  /** Tokens with a greater log-probability than this, in order of their ids. */
  likelierThan(logprob: number): number[] {
    const least = logprob + this.#normaliser;
    const found: number[] = [];
    for (let id = 0; id < this.#logits.length; id++) if (this.#logits[id] > least) found.push(id);
    return found;
  }

  /** The probability of every token, by its id. */
  probabilities(): Float64Array {
    const probabilities = new Float64Array(this.#logits.length);
    for (let id = 0; id < probabilities.length; id++) probabilities[id] = exp(this.#logits[id] - this.#normaliser);
    return probabilities;
  }

  rank(id: number): number {
    return rankOf(this.#logits, id);
  }

  candidate(id: number): Candidate {
    return { id, text: this.#tokenizer.tokenText(id), logprob: this.logprob(id) };
  }

  mass(ids: readonly number[]): number {
    let sum = 0;
    for (const id of ids) sum += Math.exp(this.logprob(id));
    return sum;
  }

  best(count: number, ids?: readonly number[]): number[] {
    const logits = this.#logits;
    if (ids === undefined) return topIndices(logits, count);
    const found: number[] = [];
    for (const id of ids) {
      if (found.length === count && logits[id] <= logits[found[count - 1]]) continue;
      let place = found.length;
      while (place > 0 && logits[id] > logits[found[place - 1]]) place--;
      found.splice(place, 0, id);
      if (found.length > count) found.pop();
    }
    return found;
  }
}
