import type { Distribution, NextTokens } from '../../core/completion/distribution';
import type { Candidate } from '../../core/completion/types';
import { rankOf } from '../../core/logits';
import { topIndices } from '../../core/logits/ranking';
import type { Mixed } from '../../core/memory';

/** Visiting this many tokens individually takes as long as computing the probabilities of all. */
const MANY = 2000;
/** Nats by which a bound is lowered, so that no token is lost to rounding. */
const ROUNDING = 1e-6;

/**
 * The model's distribution mixed with the writer's memory. Probabilities are computed on demand, and that of every
 * token only if most are needed: for the others the model's ranking and the most that the memory can add determine
 * which may be among the best.
 */
export class MixedTokens implements NextTokens {
  readonly #own: Distribution;
  readonly #mixed: Mixed;
  #all: Float64Array | undefined;

  constructor(own: Distribution, mixed: Mixed) {
    this.#own = own;
    this.#mixed = mixed;
  }

  logprob(id: number): number {
    return Math.log(this.#probability(id));
  }

  candidate(id: number): Candidate {
    return { ...this.#own.candidate(id), logprob: this.logprob(id) };
  }

  mass(ids: readonly number[]): number {
    return this.#probabilities(ids).reduce((sum, probability) => sum + probability, 0);
  }

  rank(id: number): number {
    const ids = this.#atLeast(this.#probability(id));
    return ids ? rankOf(this.#probabilities(ids), ids.indexOf(id)) : rankOf(this.#whole, id);
  }

  best(count: number, ids?: readonly number[]): number[] {
    if (ids !== undefined) return topIndices(this.#probabilities(ids), count).map((i) => ids[i]);
    const likely = [...new Set([...this.#own.best(count), ...this.#mixed.favourites])];
    const last = topIndices(this.#probabilities(likely), count).at(-1);
    const enough = last === undefined ? undefined : this.#atLeast(this.#probability(likely[last]));
    return enough ? this.best(count, enough) : topIndices(this.#whole, count);
  }

  /**
   * All tokens with at least this probability, and a few others, ordered by id. Undefined if they are many, and once
   * all are known, as the memory may have changed since.
   */
  #atLeast(probability: number): number[] | undefined {
    if (this.#all) return undefined;
    const { mostFromWords, modelShare, evidence } = this.#mixed;
    const fromModel = (probability - mostFromWords) / modelShare;
    if (fromModel <= 0) return undefined;
    const ids = this.#own.likelierThan(Math.log(fromModel) - ROUNDING);
    if (ids.length > MANY) return undefined;
    return [...new Set([...ids, ...evidence.tokens])].sort((a, b) => a - b);
  }

  #probability(id: number): number {
    return this.#all?.[id] ?? this.#mixed.probability(id, Math.exp(this.#own.logprob(id)));
  }

  #probabilities(ids: readonly number[]): Float64Array {
    const all = ids.length > MANY ? this.#whole : this.#all;
    const probabilities = new Float64Array(ids.length);
    for (let i = 0; i < ids.length; i++) probabilities[i] = all ? all[ids[i]] : this.#probability(ids[i]);
    return probabilities;
  }

  /** The probability of every token, by its id. */
  get #whole(): Float64Array {
    if (this.#all === undefined) {
      this.#all = this.#own.probabilities();
      this.#mixed.mixInto(this.#all);
    }
    return this.#all;
  }
}
