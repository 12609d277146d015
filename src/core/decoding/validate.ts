import { DEFAULTS, type GenerationConfig } from './config';

type Option = keyof GenerationConfig;
type Rule = readonly [holds: (value: never) => boolean, is: string];

const integer = (least: number): Rule => [
  (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least,
  `an integer of at least ${least}`,
];
const number = (holds: (value: number) => boolean, is: string): Rule => [
  (value: unknown) => typeof value === 'number' && Number.isFinite(value) && holds(value),
  is,
];
const oneOf = (...values: readonly unknown[]): Rule => [
  (value: unknown) => values.includes(value),
  `one of ${values.join(', ')}`,
];
const isId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isIds = (value: unknown): boolean => Array.isArray(value) && value.every(isId);
const isWords = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((word) => isIds(word) && word.length > 0);
const isBias = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && isWords([value[0]]) && typeof value[1] === 'number';
const isStop = (value: unknown): boolean => typeof value === 'string' && value !== '';

const positive = number((value) => value > 0, 'a number greater than 0');
const any = number(() => true, 'a finite number');
const share = number((value) => value >= 0 && value <= 1, 'a number from 0 to 1');
const cutoff = number((value) => value >= 0 && value < 1, 'a number from 0 to below 1');
const flag = oneOf(true, false);
const ids: Rule = [isIds, 'a list of token ids'];
const idOrIds: Rule = [(value: unknown) => isId(value) || isIds(value), 'a token id or a list of them'];

const RULES: Record<Option, Rule> = {
  maxNewTokens: integer(1),
  maxLength: integer(1),
  minLength: integer(0),
  minNewTokens: integer(0),
  maxTime: positive,
  stopStrings: [
    (value: unknown) => isStop(value) || (Array.isArray(value) && value.every(isStop)),
    'a text or a list of texts, none empty',
  ],
  eosTokenId: idOrIds,
  doSample: flag,
  seed: [Number.isSafeInteger, 'a safe integer'],
  temperature: number((value) => value >= 0, 'a number of at least 0'),
  topK: integer(0),
  topP: share,
  minP: share,
  topH: number((value) => value > 0 && value <= 1, 'a number above 0, up to 1'),
  typicalP: number((value) => value > 0 && value <= 1, 'a number above 0, up to 1'),
  epsilonCutoff: cutoff,
  etaCutoff: cutoff,
  topNSigma: positive,
  repetitionPenalty: positive,
  encoderRepetitionPenalty: positive,
  frequencyPenalty: any,
  presencePenalty: any,
  noRepeatNgramSize: integer(0),
  encoderNoRepeatNgramSize: integer(0),
  badWordsIds: [isWords, 'a list of lists of token ids, none empty'],
  sequenceBias: [
    (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isBias),
    'a list of [token ids, bias] pairs, not empty',
  ],
  exponentialDecayLengthPenalty: [
    (value: unknown) => Array.isArray(value) && value.length === 2 && isId(value[0]) && value[1] > 0,
    'a pair of a start, counted in new tokens, and a factor greater than 0',
  ],
  suppressTokens: ids,
  beginSuppressTokens: ids,
  forcedBosTokenId: [isId, 'a token id'],
  forcedEosTokenId: idOrIds,
  forcedStartIds: ids,
  removeInvalidValues: flag,
  renormalizeLogits: flag,
  guidanceScale: number((value) => value >= 1, 'a number of at least 1'),
  negativePromptIds: [(value: unknown) => isWords([value]), 'a list of token ids, not empty'],
  numReturnSequences: integer(1),
  numBeams: integer(1),
  numBeamGroups: integer(1),
  diversityPenalty: number((value) => value >= 0, 'a number of at least 0'),
  lengthPenalty: any,
  earlyStopping: oneOf(true, false, 'never'),
  penaltyAlpha: share,
  promptLookupNumTokens: integer(0),
  maxMatchingNgramSize: integer(1),
  numAssistantTokens: integer(1),
  numAssistantTokensSchedule: oneOf('constant', 'heuristic_transient'),
  assistantConfidenceThreshold: share,
};

/** Options that Hugging Face has and a local GPT-2 cannot follow, with the reason. */
const UNSUPPORTED: Record<string, string> = {
  constraints: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forceWordsIds: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forcedDecoderIds: 'Hugging Face has withdrawn it; use forcedStartIds',
  dolaLayers: 'the model gives no logits of its inner layers',
  watermarkingConfig: 'watermarking is not supported',
  decoderStartTokenId: 'GPT-2 has no encoder',
  padTokenId: 'sequences are never padded',
  bosTokenId: 'the caller puts it into the prompt',
};

const SAMPLING: readonly Option[] = [
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
export function isSet(config: GenerationConfig, option: Option): boolean {
  const value = config[option];
  return value !== undefined && value !== (DEFAULTS as GenerationConfig)[option];
}

function fail(message: string): never {
  throw new Error(message);
}
