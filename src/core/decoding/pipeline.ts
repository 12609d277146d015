import { argmax, type Scores } from '../logits';
import { softmax32 } from '../logits/probabilities';
import { type GenerationConfig, type OptionName, type ResolvedConfig, ROWS, rowOf, type Stage } from './options';
import { allowOnly, type PrefixAllowedTokens } from './processors/bias';
import type { LogitsProcessor, ProcessorContext } from './processors/processor';
import { resolve, validate } from './validate';

/** A processor under the name of the option that asked for it. */
export interface NamedProcessor {
  readonly name: string;
  readonly stage: Stage;
  readonly apply: LogitsProcessor;
}

/** Processors that only code can give. */
export interface CustomProcessors {
  readonly prefixAllowedTokensFn?: PrefixAllowedTokens;
  /** Applied after the processors and before temperature and truncation. */
  readonly logitsProcessors?: readonly LogitsProcessor[];
}

/**
 * What a config asks for, in the order in which Hugging Face `generate()` applies it: penalties, constraints, the
 * caller's own, then (sampling only) temperature and truncations, and normalisation last. Frequency and presence
 * penalties follow the repetition penalty; top-n-sigma comes before top-k.
 */
export function buildProcessors(
  config: ResolvedConfig,
  promptLength: number,
  custom: CustomProcessors = {},
): NamedProcessor[] {
  const { eosIds, endLength } = config;
  // Beams must be able to go on even where every end-of-text token is among the best.
  const minTokensToKeep = config.numBeams > 1 ? Math.max(1, eosIds.length) + 1 : 1;
  const beginIndex = promptLength + (config.forcedBosTokenId === undefined ? 0 : 1);
  const setting = { promptLength, beginIndex, endLength, eosIds, truncation: { minTokensToKeep } };
  const of = (stage: Stage): NamedProcessor[] =>
    ROWS.flatMap(([name, row]) => {
      const value = config[name as keyof ResolvedConfig];
      if (row.stage !== stage || !row.processor || value === undefined || value === offValue(name)) return [];
      return [{ name, stage, apply: row.processor(value as never, setting) }];
    });
  const { prefixAllowedTokensFn: allowed, logitsProcessors = [] } = custom;
  return [
    ...of('penalty'),
    ...(allowed ? [{ name: 'prefixAllowedTokensFn', stage: 'constraint' as const, apply: allowOnly(allowed) }] : []),
    ...of('constraint'),
    ...logitsProcessors.map((apply) => ({
      name: 'logitsProcessors',
      stage: 'constraint' as const,
      apply: watched(apply),
    })),
    ...(config.doSample ? of('shaping') : []),
    ...of('normalisation'),
  ];
}

/** Applies processors in order, in place. */
export function applyAll(processors: readonly NamedProcessor[], context: ProcessorContext, scores: Scores): void {
  for (const { apply } of processors) apply(context, scores);
}

/** What one step of the pipeline leaves of the next-token distribution. */
export interface DistributionStage {
  /** `raw`, `penalties`, or the option that acts: `temperature`, `topK`, `topP`, ... */
  readonly name: string;
  /** Scores after this stage, float32 `[vocabSize]`; `-Infinity` for removed tokens. */
  readonly scores: Float32Array;
  /** softmax(scores), float32 `[vocabSize]`. */
  readonly probabilities: Float32Array;
  /** How many tokens are still possible. */
  readonly survivors: number;
  /** Probability that the tokens removed here had in the stage before, from 0 to 1. */
  readonly massCut: number;
}

/**
 * Takes logits through the processors a sampling config asks for, in their order, and keeps what each step leaves:
 * the raw distribution, all penalties and constraints together if there are any, then whatever shapes the draw, one by
 * one. These are the processors that `generate` applies. A temperature of 0 leaves the best token, as a stage of its
 * own.
 * @param logits the model's, `[vocabSize]`; not changed
 * @param ids the sequence before the token, prompt included
 * @param promptLength how many of them are the prompt; all by default
 * @throws an OptionError that names an unknown, malformed or contradictory option
 */
export function reshape(
  logits: Float32Array,
  settings: GenerationConfig,
  ids: readonly number[],
  promptLength = ids.length,
): DistributionStage[] {
  const asked = { ...settings, doSample: true };
  validate(asked);
  const config = resolve(asked, { promptLength, vocabSize: logits.length });
  const processors = buildProcessors(config, promptLength);
  const stages = [stageOf('raw', logits.slice(), undefined)];
  const add = (name: string, group: readonly NamedProcessor[]) => {
    const before = stages[stages.length - 1];
    const scores = before.scores.slice();
    applyAll(group, { ids, promptLength }, scores);
    stages.push(stageOf(name, scores, before));
  };
  const penalties = processors.filter(({ stage }) => stage === 'penalty' || stage === 'constraint');
  if (penalties.length > 0) add('penalties', penalties);
  for (const processor of processors) if (processor.stage === 'shaping') add(processor.name, [processor]);
  if (settings.temperature === 0) add('temperature', [{ name: 'temperature', stage: 'shaping', apply: keepBest }]);
  return stages;
}

/** The value with which an option does nothing. */
function offValue(name: OptionName): unknown {
  const { off, default: otherwise } = rowOf(name);
  return off ?? otherwise;
}

/** A caller's processor, whose results are not trusted to be numbers. */
function watched(apply: LogitsProcessor): LogitsProcessor {
  return (context, scores) => {
    apply(context, scores);
    if (scores.some(Number.isNaN)) throw new Error('One of logitsProcessors made a score that is not a number.');
  };
}

const keepBest: LogitsProcessor = (_context, scores) => {
  const best = argmax(scores);
  const score = scores[best];
  scores.fill(-Infinity);
  scores[best] = score;
};

/** A stage of scores, and what it has removed of the one before. */
export function stageOf(name: string, scores: Float32Array, before: DistributionStage | undefined): DistributionStage {
  let survivors = 0;
  let massCut = 0;
  for (let id = 0; id < scores.length; id++) {
    if (scores[id] !== -Infinity) survivors++;
    else massCut += before?.probabilities[id] ?? 0;
  }
  return { name, scores, probabilities: softmax32(scores), survivors, massCut };
}
