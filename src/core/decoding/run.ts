import { argmax, logSumExp, normaliser, type Scores } from '../logits';
import { topIndices } from '../logits/ranking';
import type { Forward, LanguageModel } from './model';
import type { ResolvedConfig } from './options';
import { applyAll, buildProcessors, type CustomProcessors, type NamedProcessor } from './pipeline';
import { guidance } from './processors/scale';
import { createRng, type Rng, randomSeed } from './random';
import { sample } from './sampling';
import type { Hypothesis, StepTrace, TracedCandidate } from './steps';
import { createStopRule, createTimer, type StoppingTools, type StopRule } from './stopping';

/** What a caller may add to a config; functions and models, which are no plain data. */
export interface GenerateOptions extends CustomProcessors, StoppingTools {
  /** Ends the generation where it is. */
  readonly signal?: AbortSignal;
  /** How many candidates each step reports; none by default. */
  readonly trace?: number;
  /** A smaller model with the same tokenizer that guesses ahead. */
  readonly assistantModel?: LanguageModel;
}

/** The model's answer for one position. */
export interface Row {
  /** The model's own logits; not to be changed. */
  readonly logits: Float32Array;
  /** log Σ exp(logits): taken off a logit it leaves the log-probability. */
  readonly normaliser: number;
  /** A copy to process, guidance applied; overwritten by the next step. */
  readonly scores: Float32Array;
}

/** A model, a prompt and a config, ready to be decoded: what all strategies share. */
export class DecodingRun {
  readonly finish: StopRule;
  readonly timeIsUp: () => boolean;
  readonly seed: number;
  /** The texts as they are, for when the caller ends the generation; set by the strategy. */
  unfinished: () => Hypothesis[] = () => [];
  readonly #processors: readonly NamedProcessor[];
  readonly #buffers: Float32Array[] = [];

  constructor(
    readonly model: LanguageModel,
    readonly prompt: readonly number[],
    readonly config: ResolvedConfig,
    readonly options: GenerateOptions,
  ) {
    this.#processors = buildProcessors(config, prompt.length, options);
    this.finish = createStopRule(config, options);
    this.timeIsUp = createTimer(config, options);
    this.seed = config.seed ?? randomSeed();
  }

  /** A random stream for each returned sequence: the first is the same however many there are. */
  rng(stream: number): Rng {
    return createRng(this.seed, stream);
  }

  /** Next-token logits of sequences of one length. */
  async next(sequences: readonly (readonly number[])[]): Promise<Row[]> {
    this.options.signal?.throwIfAborted();
    const same = sequences.every((ids) => ids.length === this.prompt.length);
    const distinct = same ? sequences.slice(0, 1) : sequences;
    const answers = await this.model.forward(distinct, {}, this.options.signal);
    const unguided = await this.#unguided(distinct);
    const sums = answers.map(({ logits }) => this.#normaliser(logits));
    return sequences.map((ids, i) => {
      const at = same ? 0 : i;
      const row = { logits: answers[at].logits, normaliser: sums[at], scores: this.#copy(answers[at].logits, i) };
      const base = unguided?.[at].logits;
      if (base) guidance(this.config.guidanceScale, base)(this.#context(ids), row.scores);
      return row;
    });
  }

  /**
   * One position's logits as a row, without guidance.
   * @throws RangeError where the logits form no distribution and `removeInvalidValues` does not repair them
   */
  row(logits: Float32Array): Row {
    return { logits, normaliser: this.#normaliser(logits), scores: this.#copy(logits, 0) };
  }

  /** Applies all processors, in place. */
  process(ids: readonly number[], scores: Scores, peers?: readonly number[]): void {
    applyAll(this.#processors, { ...this.#context(ids), peers }, scores);
  }

  /** The token that processed scores give: drawn or the best. */
  choose(scores: Scores, rng: Rng): number {
    if (this.config.doSample) return sample(scores, rng);
    const best = argmax(scores);
    if (scores[best] === -Infinity) throw new Error('No token is possible: the options forbid every one.');
    return best;
  }

  /** The best candidates before and after processing, when the caller asked for them. */
  trace({ logits, scores }: Row): StepTrace | undefined {
    const count = this.options.trace ?? 0;
    return count > 0 ? { raw: best(logits, count), processed: best(scores, count) } : undefined;
  }

  #normaliser(logits: Float32Array): number {
    return this.config.removeInvalidValues ? logSumExp(logits) : normaliser(logits);
  }

  /** A copy of one row in memory that each step uses again. */
  #copy(logits: Float32Array, row: number): Float32Array {
    this.#buffers[row] ??= new Float32Array(logits.length);
    this.#buffers[row].set(logits);
    return this.#buffers[row];
  }

  #context(ids: readonly number[]) {
    return { ids, promptLength: this.prompt.length };
  }

  async #unguided(sequences: readonly (readonly number[])[]): Promise<Forward[] | undefined> {
    if (this.config.guidanceScale === 1) return undefined;
    const start = this.config.negativePromptIds ?? this.prompt.slice(-1);
    const unguided = sequences.map((ids) => [...start, ...ids.slice(this.prompt.length)]);
    return this.model.forward(unguided, {}, this.options.signal);
  }
}

function best(scores: Scores, count: number): TracedCandidate[] {
  const total = logSumExp(scores);
  const possible = topIndices(scores, count).filter((id) => scores[id] !== -Infinity);
  return possible.map((id) => ({ id, logprob: scores[id] - total }));
}
