import type { LanguageModel } from './model';
import type { GenerationConfig } from './options';
import { DecodingRun, type GenerateOptions } from './run';
import type { GenerationResult, Hypothesis, Step } from './steps';
import { beamSearch } from './strategies/beams';
import { contrastiveSearch } from './strategies/contrastive';
import { draftModel, promptLookup, speculativeDecoding } from './strategies/speculative';
import { tokenByToken } from './strategies/tokenByToken';
import { resolve, validate } from './validate';

/**
 * Continues a prompt like Hugging Face `generate()` for a decoder-only model. The config selects the strategy: greedy,
 * multinomial sampling, beam search (also sampled or in diverse groups), contrastive search, or greedy and sampling
 * with speculation from the prompt or a draft model.
 *
 * Yields each token once it is final; beam search yields its steps first and the tokens of the best text at the end.
 * @param prompt token ids, at least one
 * @returns the texts when the generator is done; the partial texts, `cancelled`, when `options.signal` has fired
 * @throws OptionError at once, naming an unknown, malformed or contradictory option
 */
export function generate(
  model: LanguageModel,
  prompt: readonly number[],
  config: GenerationConfig = {},
  options: GenerateOptions = {},
): AsyncGenerator<Step, GenerationResult> {
  validate(config, options.assistantModel !== undefined);
  if (prompt.length === 0) throw new Error('The prompt has no token: start with the end-of-text token.');
  const { vocabSize, eosTokenId } = model;
  const resolved = resolve(config, { promptLength: prompt.length, vocabSize, eosTokenId });
  return steps(new DecodingRun(model, prompt, resolved, options));
}

/** Runs `generate` to its end. */
export async function decode(
  model: LanguageModel,
  prompt: readonly number[],
  config: GenerationConfig = {},
  options: GenerateOptions = {},
): Promise<GenerationResult> {
  const running = generate(model, prompt, config, options);
  for (;;) {
    const { done, value } = await running.next();
    if (done) return value;
  }
}

async function* steps(run: DecodingRun): AsyncGenerator<Step, GenerationResult> {
  const sequences = yield* untilAborted(run);
  return { ...sequences[0], sequences, ...(run.config.doSample && { seed: run.seed }) };
}

async function* untilAborted(run: DecodingRun): AsyncGenerator<Step, readonly Hypothesis[]> {
  try {
    return yield* strategy(run);
  } catch (error) {
    if (!run.options.signal?.aborted) throw error;
    const unfinished = run.unfinished();
    return unfinished.length > 0 ? unfinished : [{ ids: [], logprobs: [], score: 0, finish: 'cancelled' }];
  }
}

function strategy(run: DecodingRun): AsyncGenerator<Step, Hypothesis[]> {
  const { maxMatchingNgramSize, numBeams, penaltyAlpha, promptLookupNumTokens } = run.config;
  const { assistantModel } = run.options;
  if (numBeams > 1) return beamSearch(run);
  if (penaltyAlpha > 0) return contrastiveSearch(run);
  if (assistantModel) return speculativeDecoding(run, draftModel(run, assistantModel));
  if (promptLookupNumTokens > 0) {
    return speculativeDecoding(run, promptLookup(promptLookupNumTokens, maxMatchingNgramSize));
  }
  return tokenByToken(run);
}
