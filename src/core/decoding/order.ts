import { asList, type ResolvedConfig } from './config';
import { allowOnly, type PrefixAllowedTokens, suppressTokens, suppressTokensAt } from './processors/allow';
import { badWords, sequenceBias } from './processors/bias';
import { exponentialDecay, forceStart, forceTokens, minLength, minNewTokens } from './processors/length';
import { noRepeatNgram, noRepeatPromptNgram } from './processors/ngrams';
import { countPenalty, hammingDiversity, promptRepetitionPenalty, repetitionPenalty } from './processors/penalties';
import { logNormalize, removeInvalid, temperature } from './processors/scale';
import { epsilonCutoff, etaCutoff, minP, topNSigma, typicalP } from './processors/truncate-probability';
import { topH, topK, topP } from './processors/truncate-rank';
import type { LogitsProcessor, ProcessorContext } from './processors/types';
import type { Scores } from './scores';

/** A processor under the name of the option that asked for it. */
export interface NamedProcessor {
  readonly name: string;
  readonly apply: LogitsProcessor;
}

/** Processors that only code can give. */
export interface CustomProcessors {
  readonly prefixAllowedTokensFn?: PrefixAllowedTokens;
  /** Applied after the processors and before temperature and truncation. */
  readonly logitsProcessors?: readonly LogitsProcessor[];
}

/**
 * What a config asks for, in the order in which Hugging Face `generate()` applies it: processors, then the caller's
 * own, then (sampling only) temperature and truncations, and normalisation last. Frequency and presence penalties
 * follow the repetition penalty; top-n-sigma comes before top-k.
 */
export function buildProcessors(
  config: ResolvedConfig,
  promptLength: number,
  custom: CustomProcessors = {},
): NamedProcessor[] {
  return [
    ...penalties(config),
    ...constraints(config, promptLength, custom),
    ...(custom.logitsProcessors ?? []).map((apply) => ({ name: 'logitsProcessors', apply })),
    ...(config.doSample ? warpers(config) : []),
    ...listed([['renormalizeLogits', config.renormalizeLogits && logNormalize()]]),
  ];
}

/** Applies processors in order, in place. */
export function applyAll(processors: readonly NamedProcessor[], context: ProcessorContext, scores: Scores): void {
  for (const { apply } of processors) apply(context, scores);
}

function penalties(config: ResolvedConfig): NamedProcessor[] {
  const { frequencyPenalty: frequency, presencePenalty: presence, encoderRepetitionPenalty: prompt } = config;
  return listed([
    ['sequenceBias', config.sequenceBias && sequenceBias(config.sequenceBias)],
    ['diversityPenalty', config.diversityPenalty > 0 && hammingDiversity(config.diversityPenalty)],
    ['encoderRepetitionPenalty', prompt !== 1 && promptRepetitionPenalty(prompt)],
    ['repetitionPenalty', config.repetitionPenalty !== 1 && repetitionPenalty(config.repetitionPenalty)],
    ['frequencyPenalty', frequency !== 0 && countPenalty(frequency, 0)],
    ['presencePenalty', presence !== 0 && countPenalty(0, presence)],
    ['noRepeatNgramSize', config.noRepeatNgramSize > 0 && noRepeatNgram(config.noRepeatNgramSize)],
    [
      'encoderNoRepeatNgramSize',
      config.encoderNoRepeatNgramSize > 0 && noRepeatPromptNgram(config.encoderNoRepeatNgramSize),
    ],
    ['badWordsIds', config.badWordsIds && badWords(config.badWordsIds, config.eosIds)],
  ]);
}

function constraints(config: ResolvedConfig, promptLength: number, custom: CustomProcessors): NamedProcessor[] {
  const { eosIds, exponentialDecayLengthPenalty: decay, forcedBosTokenId: bos, forcedEosTokenId: eos } = config;
  return listed([
    ['minLength', config.minLength > 0 && minLength(config.minLength, eosIds)],
    ['minNewTokens', config.minNewTokens > 0 && minNewTokens(config.minNewTokens, eosIds)],
    ['prefixAllowedTokensFn', custom.prefixAllowedTokensFn && allowOnly(custom.prefixAllowedTokensFn)],
    ['forcedStartIds', config.forcedStartIds && forceStart(config.forcedStartIds)],
    ['forcedBosTokenId', bos !== undefined && forceTokens(promptLength, [bos])],
    ['forcedEosTokenId', eos !== undefined && forceTokens(config.endLength - 1, asList(eos))],
    ['removeInvalidValues', config.removeInvalidValues && removeInvalid()],
    ['exponentialDecayLengthPenalty', decay && exponentialDecay(...decay, eosIds)],
    ['suppressTokens', config.suppressTokens && suppressTokens(config.suppressTokens)],
    ['beginSuppressTokens', config.beginSuppressTokens && suppressTokensAt(promptLength, config.beginSuppressTokens)],
  ]);
}

function warpers(config: ResolvedConfig): NamedProcessor[] {
  const { topNSigma: sigma, epsilonCutoff: epsilon, etaCutoff: eta } = config;
  // Beams must be able to go on even where every end-of-text token is among the best.
  const keep = { minTokensToKeep: config.numBeams > 1 ? Math.max(1, config.eosIds.length) + 1 : 1 };
  return listed([
    ['temperature', config.temperature !== 1 && temperature(config.temperature)],
    ['topH', config.topH !== undefined && topH(config.topH)],
    ['topNSigma', sigma !== undefined && topNSigma(sigma, keep)],
    ['topK', config.topK > 0 && topK(config.topK, keep)],
    ['topP', config.topP < 1 && topP(config.topP, keep)],
    ['minP', config.minP !== undefined && minP(config.minP, keep)],
    ['typicalP', config.typicalP < 1 && typicalP(config.typicalP, keep)],
    ['epsilonCutoff', epsilon > 0 && epsilonCutoff(epsilon, keep)],
    ['etaCutoff', eta > 0 && etaCutoff(eta, keep)],
  ]);
}

function listed(entries: readonly [name: string, apply: LogitsProcessor | false | undefined][]): NamedProcessor[] {
  return entries.flatMap(([name, apply]) => (apply ? [{ name, apply }] : []));
}
