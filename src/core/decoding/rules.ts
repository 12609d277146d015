import type { GenerationConfig } from './config';

/** The name of an option. */
export type Option = keyof GenerationConfig;
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

/** What each option may be on its own: a test, and in words. */
export const RULES: Record<Option, Rule> = {
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

/** Every option there is. */
export const OPTIONS = Object.keys(RULES) as readonly Option[];

/** Options that Hugging Face has and a local GPT-2 cannot follow, with the reason. */
export const UNSUPPORTED: Record<string, string> = {
  constraints: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forceWordsIds: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forcedDecoderIds: 'Hugging Face has withdrawn it; use forcedStartIds',
  dolaLayers: 'the model gives no logits of its inner layers',
  watermarkingConfig: 'watermarking is not supported',
  decoderStartTokenId: 'GPT-2 has no encoder',
  padTokenId: 'sequences are never padded',
  bosTokenId: 'the caller puts it into the prompt',
};
