import { type GenerationConfig, resolve } from './config';
import { buildProcessors, type NamedProcessor } from './order';
import type { LogitsProcessor } from './processors/types';
import { argmax, softmax32 } from './scores';
import { validate } from './validate';

/** What one step of the pipeline leaves of the next-token distribution. */
export interface Stage {
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

/** The options that reshape the distribution of sampled tokens, rather than penalise or forbid some. */
const WARPERS = new Set([
  'temperature',
  'topH',
  'topNSigma',
  'topK',
  'topP',
  'minP',
  'typicalP',
  'epsilonCutoff',
  'etaCutoff',
]);

/**
 * Takes logits through the processors a sampling config asks for, in their order, and keeps what each step leaves:
 * the raw distribution, all penalties and constraints together if there are any, then each warper. These are the
 * processors that `generate` applies. A temperature of 0 leaves the best token, as a stage of its own.
 * @param logits the model's, `[vocabSize]`; not changed
 * @param ids the sequence before the token, prompt included
 * @param promptLength how many of them are the prompt; all unless told
 * @throws an Error that names an unknown, malformed or contradictory option
 */
export function reshape(
  logits: Float32Array,
  settings: GenerationConfig,
  ids: readonly number[],
  promptLength = ids.length,
): Stage[] {
  validate({ ...settings, doSample: true });
  const config = resolve({ ...settings, doSample: true }, promptLength);
  const processors = buildProcessors(config, promptLength);
  const stages = [stage('raw', logits.slice(), undefined)];
  const add = (name: string, group: readonly NamedProcessor[]) => {
    const before = stages[stages.length - 1];
    const scores = before.scores.slice();
    for (const { apply } of group) apply({ ids, promptLength }, scores);
    stages.push(stage(name, scores, before));
  };
  const penalties = processors.filter(({ name }) => !WARPERS.has(name) && name !== 'renormalizeLogits');
  if (penalties.length > 0) add('penalties', penalties);
  for (const processor of processors.filter(({ name }) => WARPERS.has(name))) add(processor.name, [processor]);
  if (settings.temperature === 0) add('temperature', [{ name: 'temperature', apply: keepBest }]);
  return stages;
}

const keepBest: LogitsProcessor = (_context, scores) => {
  const best = argmax(scores);
  const score = scores[best];
  scores.fill(-Infinity);
  scores[best] = score;
};

function stage(name: string, scores: Float32Array, before: Stage | undefined): Stage {
  let survivors = 0;
  let massCut = 0;
  for (let id = 0; id < scores.length; id++) {
    if (scores[id] !== -Infinity) survivors++;
    else massCut += before?.probabilities[id] ?? 0;
  }
  return { name, scores, probabilities: softmax32(scores), survivors, massCut };
}
