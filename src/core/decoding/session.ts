import type { ResolvedConfig } from './config';
import type { Forward, LanguageModel } from './model';
import { applyAll, buildProcessors, type CustomProcessors } from './order';
import { guidance } from './processors/scale';
import { createRng, type Rng } from './rng';
import { sample } from './sample';
import { argmax, logSumExp, type Scores, topIndices } from './scores';
import type { StepTrace, TracedCandidate } from './steps';
import { createStopRule, createTimer, type StoppingTools, type StopRule } from './stopping';

/** What a caller may add to a config; functions and models, which are no plain data. */
export interface GenerateOptions extends CustomProcessors, StoppingTools {
  readonly signal?: AbortSignal;
  /** How many candidates each step reports; none unless told. */
  readonly trace?: number;
  /** A smaller model with the same tokenizer that guesses ahead. */
  readonly assistantModel?: LanguageModel;
}

/** The model's answer for one sequence. */
export interface Row {
  /** The model's own logits; not to be changed. */
  readonly logits: Float32Array;
  /** A copy to process, guidance applied; overwritten by the next step. */
  readonly scores: Float32Array;
}

/** A model, a prompt and a config, ready to be decoded: what all strategies share. */
export class Session {
  readonly finish: StopRule;
  readonly timeIsUp: () => boolean;
  readonly seed: number;
  private readonly processors;
  private readonly buffers: Float32Array[] = [];

  constructor(
    readonly model: LanguageModel,
    readonly prompt: readonly number[],
    readonly config: ResolvedConfig,
    readonly options: GenerateOptions,
  ) {
    this.processors = buildProcessors(config, prompt.length, options);
    this.finish = createStopRule(config, options);
    this.timeIsUp = createTimer(config, options);
    this.seed = config.seed ?? Math.floor(Math.random() * 2 ** 32);
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
    const unguided = await this.unguided(distinct);
    return sequences.map((ids, i) => {
      const { logits } = answers[same ? 0 : i];
      const scores = this.copy(logits, i);
      const base = unguided?.[same ? 0 : i].logits;
      if (base) guidance(this.config.guidanceScale, base)(this.context(ids), scores);
      return { logits, scores };
    });
  }

  /** Applies all processors, in place. */
  process(ids: readonly number[], scores: Scores, peers?: readonly number[]): void {
    applyAll(this.processors, { ...this.context(ids), peers }, scores);
  }

  /** The token that processed scores give: drawn or the best. */
  choose(scores: Scores, rng: Rng): number {
    if (this.config.doSample) return sample(scores, rng);
    const best = argmax(scores);
    if (scores[best] === -Infinity) throw new Error('No token is possible: the options forbid every one.');
    return best;
  }

  /** The best candidates before and after processing, when the caller asked for them. */
  trace(logits: Scores, scores: Scores): StepTrace | undefined {
    const count = this.options.trace ?? 0;
    return count > 0 ? { raw: best(logits, count), processed: best(scores, count) } : undefined;
  }

  /** A copy of one row in memory that each step uses again. */
  private copy(logits: Float32Array, row: number): Float32Array {
    this.buffers[row] ??= new Float32Array(logits.length);
    this.buffers[row].set(logits);
    return this.buffers[row];
  }

  private context(ids: readonly number[]) {
    return { ids, promptLength: this.prompt.length };
  }

  private async unguided(sequences: readonly (readonly number[])[]): Promise<Forward[] | undefined> {
    if (this.config.guidanceScale === 1) return undefined;
    const start = this.config.negativePromptIds ?? this.prompt.slice(-1);
    const unguided = sequences.map((ids) => [...start, ...ids.slice(this.prompt.length)]);
    return this.model.forward(unguided, {}, this.options.signal);
  }
}

function best(scores: Scores, count: number): TracedCandidate[] {
  const normaliser = logSumExp(scores);
  const possible = topIndices(scores, count).filter((id) => scores[id] !== -Infinity);
  return possible.map((id) => ({ id, logprob: scores[id] - normaliser }));
}
