import { asList, DEFAULTS, type GenerationConfig, type ResolvedConfig } from './config';
import { type Option, RULES, UNSUPPORTED } from './rules';

/** The options that shape a random draw. */
export const SAMPLING: readonly Option[] = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'topH',
  'typicalP',
  'epsilonCutoff',
  'etaCutoff',
  'topNSigma',
];
const ASSISTANT: readonly Option[] = [
  'numAssistantTokens',
  'numAssistantTokensSchedule',
  'assistantConfidenceThreshold',
];
const BEAMS: readonly Option[] = ['numBeamGroups', 'diversityPenalty', 'lengthPenalty', 'earlyStopping'];

/**
 * Throws an Error that names the first unknown, malformed or contradictory option. Options that would have no effect
 * beside the others count as contradictory, unless they have their neutral value.
 * @param assistant whether a draft model comes with the config
 */
export function validate(config: GenerationConfig, assistant = false): void {
  for (const [option, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (Object.hasOwn(UNSUPPORTED, option)) fail(`${option} is not supported: ${UNSUPPORTED[option]}.`);
    if (!Object.hasOwn(RULES, option)) fail(`Unknown option ${option}.`);
    const [holds, is] = RULES[option as Option];
    if (!holds(value as never)) fail(`${option} must be ${is}, but is ${JSON.stringify(value)}.`);
  }
  checkLengths(config);
  checkStrategy(config);
  checkAssistance(config, assistant);
  checkGuidance(config);
}

/**
 * Throws an Error that names the first option that this model cannot follow: one that speaks of the end of the text
 * where there is no such token, or that names a token the model does not have.
 */
export function validateTokens(config: ResolvedConfig, vocabSize: number): void {
  for (const option of ['minLength', 'minNewTokens', 'exponentialDecayLengthPenalty'] as const) {
    if (config.eosIds.length === 0 && isSet(config, option)) fail(`${option} needs an end-of-text token (eosTokenId).`);
  }
  const named: readonly [option: string, ids: readonly number[] | undefined][] = [
    ['eosTokenId', config.eosIds],
    ['badWordsIds', config.badWordsIds?.flat()],
    ['sequenceBias', config.sequenceBias?.flatMap(([ids]) => ids)],
    ['suppressTokens', config.suppressTokens],
    ['beginSuppressTokens', config.beginSuppressTokens],
    ['forcedBosTokenId', asList(config.forcedBosTokenId ?? [])],
    ['forcedEosTokenId', asList(config.forcedEosTokenId ?? [])],
    ['forcedStartIds', config.forcedStartIds],
    ['negativePromptIds', config.negativePromptIds],
  ];
  for (const [option, ids = []] of named) {
    const unknown = ids.find((id) => id >= vocabSize);
    if (unknown !== undefined) fail(`${option} names token ${unknown}, but the model has ${vocabSize} tokens.`);
  }
}

function checkLengths(config: GenerationConfig): void {
  const { maxNewTokens, maxLength, minNewTokens = 0, minLength = 0 } = config;
  if (maxNewTokens !== undefined && maxLength !== undefined) {
    fail('maxNewTokens and maxLength contradict each other: give one of them.');
  }
  if (minNewTokens > (maxNewTokens ?? minNewTokens)) fail('minNewTokens is greater than maxNewTokens.');
  if (minLength > (maxLength ?? minLength)) fail('minLength is greater than maxLength.');
  if (config.forcedBosTokenId !== undefined && (config.forcedStartIds ?? []).length > 0) {
    fail('forcedBosTokenId and forcedStartIds contradict each other: give one of them.');
  }
}

function checkStrategy(config: GenerationConfig): void {
  const { numBeams = 1, numBeamGroups = 1, numReturnSequences = 1, penaltyAlpha = 0, topK } = config;
  const sampling = config.doSample === true;
  if (penaltyAlpha > 0) {
    if (sampling) fail('penaltyAlpha asks for contrastive search, which contradicts doSample.');
    if (numBeams > 1) fail('penaltyAlpha asks for contrastive search, which contradicts numBeams.');
    if (topK !== undefined && topK < 2) fail('penaltyAlpha needs a topK of at least 2.');
  }
  for (const option of SAMPLING) {
    const chosen = isSet(config, option) && !(option === 'temperature' && config.temperature === 0);
    if (chosen && !sampling && !(option === 'topK' && penaltyAlpha > 0))
      fail(`${option} acts only with doSample: true.`);
  }
  for (const option of BEAMS)
    if (isSet(config, option) && numBeams === 1) fail(`${option} acts only with numBeams above 1.`);
  if (numBeams % numBeamGroups !== 0) fail('numBeams must be a multiple of numBeamGroups.');
  if (numBeamGroups > 1 && sampling) fail('numBeamGroups contradicts doSample.');
  if (numBeamGroups > 1 !== isSet(config, 'diversityPenalty')) {
    fail('numBeamGroups above 1 and a diversityPenalty above 0 go together: one is missing.');
  }
  if (numBeams > 1 && numReturnSequences > numBeams) fail('numReturnSequences is greater than numBeams.');
  const single = numBeams === 1 && (!sampling || config.temperature === 0);
  if (single && numReturnSequences > 1) fail('numReturnSequences above 1 needs doSample or numBeams.');
}

function checkAssistance(config: GenerationConfig, assistant: boolean): void {
  const lookup = isSet(config, 'promptLookupNumTokens');
  if (lookup && assistant) fail('promptLookupNumTokens contradicts assistantModel: only one can guess.');
  if (!lookup && isSet(config, 'maxMatchingNgramSize'))
    fail('maxMatchingNgramSize acts only with promptLookupNumTokens.');
  for (const option of ASSISTANT) {
    if (!assistant && isSet(config, option)) fail(`${option} acts only with an assistantModel.`);
  }
  const guesser = lookup ? 'promptLookupNumTokens' : 'assistantModel';
  for (const option of ['numBeams', 'numReturnSequences', 'penaltyAlpha', 'guidanceScale'] as const) {
    if ((lookup || assistant) && isSet(config, option)) fail(`${guesser} contradicts ${option}.`);
  }
}

function checkGuidance(config: GenerationConfig): void {
  const guided = isSet(config, 'guidanceScale');
  if (config.negativePromptIds && !guided) fail('negativePromptIds acts only with a guidanceScale above 1.');
  if (guided && isSet(config, 'penaltyAlpha')) fail('guidanceScale contradicts penaltyAlpha.');
}

/** Whether an option is given and differs from what its absence means. */
function isSet(config: Pick<GenerationConfig, Option>, option: Option): boolean {
  const value = config[option];
  return value !== undefined && value !== (DEFAULTS as GenerationConfig)[option];
}

function fail(message: string): never {
  throw new Error(message);
}
