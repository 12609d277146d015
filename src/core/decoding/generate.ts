import { type GenerationConfig, resolve } from './config';
import type { LanguageModel } from './model';
import { type GenerateOptions, Session } from './session';
import type { GenerationResult, Hypothesis, Step } from './steps';
import { assistedDecoding } from './strategies/assisted';
import { beamSearch } from './strategies/beams';
import { contrastiveSearch } from './strategies/contrastive';
import { draftModel, promptLookup } from './strategies/drafters';
import { tokenByToken } from './strategies/tokens';
import { validate, validateTokens } from './validate';

/**
 * Continues a prompt as Hugging Face `generate()` does for a decoder-only model. The config picks the strategy:
 * greedy, multinomial sampling, beam search (also sampled or in diverse groups), contrastive search, or greedy and
 * sampling with guesses from the prompt or a draft model.
 *
 * Yields each token as it is settled; beam search yields its steps first and the tokens of the best text at the end.
 * @param prompt token ids, at least one
 * @returns the texts, when the generator is done
 * @throws an Error at once that names an unknown, malformed or contradictory option
 * @throws an AbortError from the generator when `options.signal` fires
 */
export function generate(
  model: LanguageModel,
  prompt: readonly number[],
  config: GenerationConfig = {},
  options: GenerateOptions = {},
): AsyncGenerator<Step, GenerationResult> {
  validate(config, options.assistantModel !== undefined);
  if (prompt.length === 0) throw new Error('The prompt has no token: start with the end-of-text token.');
  const resolved = resolve(config, prompt.length, model.eosTokenId);
  validateTokens(resolved, model.vocabSize);
  if (resolved.endLength <= prompt.length) {
    throw new Error(`maxLength of ${resolved.endLength} leaves no room after a prompt of ${prompt.length} tokens.`);
  }
  return run(new Session(model, prompt, resolved, options));
}

/** Runs `generate` to its end. */
export async function decode(
  model: LanguageModel,
  prompt: readonly number[],
  config: GenerationConfig = {},
  options: GenerateOptions = {},
): Promise<GenerationResult> {
  const steps = generate(model, prompt, config, options);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

async function* run(session: Session): AsyncGenerator<Step, GenerationResult> {
  const sequences = yield* strategy(session);
  return { ...sequences[0], sequences, ...(session.config.doSample && { seed: session.seed }) };
}

function strategy(session: Session): AsyncGenerator<Step, Hypothesis[]> {
  const { maxMatchingNgramSize, numBeams, penaltyAlpha, promptLookupNumTokens } = session.config;
  const { assistantModel } = session.options;
  if (numBeams > 1) return beamSearch(session);
  if (penaltyAlpha > 0) return contrastiveSearch(session);
  if (assistantModel) return assistedDecoding(session, draftModel(session, assistantModel));
  if (promptLookupNumTokens > 0) {
    return assistedDecoding(session, promptLookup(promptLookupNumTokens, maxMatchingNgramSize));
  }
  return tokenByToken(session);
}
