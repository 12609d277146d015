import type * as v from 'valibot';
import {
  asList,
  biases,
  decay,
  integer,
  type Kind,
  notNegative,
  number,
  oneOf,
  positive,
  sequences,
  share,
  shareAboveZero,
  shareBelowOne,
  someTextIds,
  someTokenIds,
  textIds,
  texts,
  tokenId,
  tokenIdOrIds,
  tokenIds,
  yesOrNo,
} from './optionKinds';
import { badWords, sequenceBias, suppressTokens, suppressTokensAt } from './processors/bias';
import { exponentialDecay, forceStart, forceTokens, minLength, minNewTokens } from './processors/length';
import { noRepeatNgram, noRepeatPromptNgram } from './processors/ngrams';
import { countPenalty, hammingDiversity, promptRepetitionPenalty, repetitionPenalty } from './processors/penalties';
import type { LogitsProcessor } from './processors/processor';
import { logNormalize, removeInvalid, temperature } from './processors/scale';
import { epsilonCutoff, etaCutoff, minP, topNSigma, typicalP } from './processors/truncateByProbability';
import { topH, topK, topP } from './processors/truncateByRank';
import type { TruncationOptions } from './processors/truncation';

/** When within a step an option acts; processors in this order, and within a stage in that of the table. */
export type Stage = 'penalty' | 'constraint' | 'shaping' | 'normalisation';

/** What building a processor needs to know besides its own value. */
export interface ProcessorSetting {
  readonly promptLength: number;
  /** The place of the first token that is not forced by `forcedBosTokenId`. */
  readonly beginIndex: number;
  /** Length of the whole sequence at which generation ends. */
  readonly endLength: number;
  readonly eosIds: readonly number[];
  readonly truncation?: TruncationOptions;
}

/** What an option does, beside what it may be. */
interface Row<T> {
  /** The value that its absence means; where it is given explicitly, it counts as not given. */
  readonly default?: T;
  /** The value that does nothing, where that is not the default. */
  readonly off?: T;
  /** What its absence means, where that depends on the model or on other options. */
  readonly otherwise?: string;
  readonly help: string;
  /** Where it comes from; Hugging Face by default. */
  readonly source?: string;
  /** Another name than its own in kebab-case for the command line; `false` where only code can give it. */
  readonly flag?: string | false;
  /** The placeholder of its value on the command line. */
  readonly argument?: string;
  /** It acts only beside one of these. */
  readonly needs?: readonly string[];
  /** It cannot be given together with any of these. */
  readonly contradicts?: readonly string[];
  /** It refers to the end of the text, so the model must have an end-of-text token. */
  readonly needsEnd?: true;
  readonly stage?: Stage;
  readonly processor?: (value: T, setting: ProcessorSetting) => LogitsProcessor;
}

function option<T, const R extends Row<T>>(kind: Kind<T>, row: R): Kind<T> & R {
  return { ...kind, ...row };
}

const DRAWS = { stage: 'shaping', needs: ['doSample'] } as const;
const BEAMS = { needs: ['numBeams'] } as const;
const ASSISTANT = { needs: ['assistantModel'], flag: false } as const;

/**
 * How to choose tokens: every option of decoding, under the names of Hugging Face `generate()` in camelCase and with its
 * defaults, https://huggingface.co/docs/transformers/main_classes/text_generation. Types, checks, the order of the
 * processors, the flags of the command line and the table of docs/decoding.md follow from it.
 */
export const OPTIONS = {
  maxNewTokens: option(integer(1), {
    otherwise: '20; in a terminal 50',
    help: 'most tokens to add',
    argument: '<n>',
    contradicts: ['maxLength'],
  }),
  maxLength: option(integer(1), { help: 'most tokens in all, prompt included', argument: '<n>' }),
  maxTime: option(positive, { help: 'begin no token after this many seconds', argument: '<seconds>' }),
  stopStrings: option(texts, {
    help: 'texts that end the generation as soon as a token completes one, and are kept',
    flag: 'stop',
  }),
  eosTokenId: option(tokenIdOrIds, {
    otherwise: "the model's own",
    help: 'tokens that end the text; an empty list for none',
    argument: '<ids>',
  }),

  guidanceScale: option(
    number('a number of at least 1', (value) => value >= 1),
    {
      default: 1,
      help: 'above 1, turns away from what follows the negative prompt',
      source: '[Sanchez et al. 2023](https://arxiv.org/abs/2306.17806)',
      argument: '<x>',
      contradicts: ['penaltyAlpha'],
    },
  ),
  negativePromptIds: option(someTextIds, {
    otherwise: 'the last token of the prompt',
    help: 'the prompt that the guidance turns away from',
    flag: 'negative-prompt',
    needs: ['guidanceScale'],
  }),

  sequenceBias: option(biases, {
    help: 'added to the score of the last token of sequences: [[[ids…],bias],…]',
    argument: '<json>',
    stage: 'penalty',
    processor: sequenceBias,
  }),
  diversityPenalty: option(notNegative, {
    default: 0,
    help: 'taken off tokens that earlier groups chose, for each beam that did',
    source: '[Vijayakumar et al. 2018](https://arxiv.org/abs/1610.02424)',
    argument: '<x>',
    ...BEAMS,
    stage: 'penalty',
    processor: hammingDiversity,
  }),
  encoderRepetitionPenalty: option(positive, {
    default: 1,
    help: 'above 1, makes tokens of the prompt likelier',
    argument: '<x>',
    stage: 'penalty',
    processor: (value) => promptRepetitionPenalty(value),
  }),
  repetitionPenalty: option(positive, {
    default: 1,
    help: 'above 1, makes tokens that are there already less likely',
    source: '[Keskar et al. 2019](https://arxiv.org/abs/1909.05858)',
    argument: '<x>',
    stage: 'penalty',
    processor: (value) => repetitionPenalty(value),
  }),
  frequencyPenalty: option(number(), {
    default: 0,
    help: 'taken off for each earlier occurrence in the new text',
    source: 'OpenAI API reference',
    argument: '<x>',
    stage: 'penalty',
    processor: (value) => countPenalty(value, 0),
  }),
  presencePenalty: option(number(), {
    default: 0,
    help: 'taken off for any earlier occurrence in the new text',
    source: 'OpenAI API reference',
    argument: '<x>',
    stage: 'penalty',
    processor: (value) => countPenalty(0, value),
  }),
  noRepeatNgramSize: option(integer(0), {
    default: 0,
    help: 'never repeats so many tokens in a row',
    source: '[Paulus et al. 2017](https://arxiv.org/abs/1705.04304)',
    argument: '<n>',
    stage: 'penalty',
    processor: noRepeatNgram,
  }),
  encoderNoRepeatNgramSize: option(integer(0), {
    default: 0,
    help: 'never repeats so many tokens in a row of the prompt',
    argument: '<n>',
    stage: 'penalty',
    processor: (value) => noRepeatPromptNgram(value),
  }),
  badWordsIds: option(sequences, {
    help: 'sequences that never come',
    flag: 'bad-word',
    stage: 'penalty',
    processor: (value, { eosIds }) => badWords(value, eosIds),
  }),
  minLength: option(integer(0), {
    default: 0,
    help: 'forbids the end before so many tokens in all, prompt included',
    argument: '<n>',
    contradicts: ['minNewTokens'],
    needsEnd: true,
    stage: 'penalty',
    processor: (value, { eosIds }) => minLength(value, eosIds),
  }),
  minNewTokens: option(integer(0), {
    default: 0,
    help: 'forbids the end before so many new tokens',
    argument: '<n>',
    needsEnd: true,
    stage: 'penalty',
    processor: (value, { eosIds }) => minNewTokens(value, eosIds),
  }),

  forcedStartIds: option(textIds, {
    help: 'the tokens that the continuation starts with',
    source: 'Inkling',
    flag: 'force-start',
    stage: 'constraint',
    processor: forceStart,
  }),
  forcedBosTokenId: option(tokenId, {
    help: 'the first new token; Hugging Face applies it after a prompt of one token only',
    argument: '<id>',
    contradicts: ['forcedStartIds'],
    stage: 'constraint',
    processor: (value, { promptLength }) => forceTokens(promptLength, [value]),
  }),
  forcedEosTokenId: option(someTokenIds, {
    help: 'the last token where the length limit is reached',
    argument: '<ids>',
    stage: 'constraint',
    processor: (value, { endLength }) => forceTokens(endLength - 1, asList(value)),
  }),
  removeInvalidValues: option(yesOrNo, {
    default: false,
    help: 'makes scores that are not a number 0 and infinite ones finite',
    stage: 'constraint',
    processor: removeInvalid,
  }),
  exponentialDecayLengthPenalty: option(decay, {
    help: 'from `start` new tokens on, makes the end likelier by `factor` with each token',
    argument: '<start,factor>',
    needsEnd: true,
    stage: 'constraint',
    processor: ([start, factor], { eosIds }) => exponentialDecay(start, factor, eosIds),
  }),
  suppressTokens: option(tokenIds, {
    help: 'tokens that never come',
    argument: '<ids>',
    stage: 'constraint',
    processor: suppressTokens,
  }),
  beginSuppressTokens: option(tokenIds, {
    help: 'tokens that do not come first, or second after a `forcedBosTokenId`',
    argument: '<ids>',
    stage: 'constraint',
    processor: (value, { beginIndex }) => suppressTokensAt(beginIndex, value),
  }),

  temperature: option(notNegative, {
    default: 1,
    help: 'divides the scores; 0 takes the best token, whatever else shapes the draw',
    source: '[Ackley et al. 1985](https://doi.org/10.1207/s15516709cog0901_7)',
    argument: '<t>',
    ...DRAWS,
    processor: temperature,
  }),
  topH: option(shareAboveZero, {
    help: 'keeps the most probable tokens up to this share of the entropy',
    source: '[Potraghloo et al. 2025](https://arxiv.org/abs/2509.02510)',
    argument: '<h>',
    ...DRAWS,
    processor: (value) => topH(value),
  }),
  topNSigma: option(positive, {
    help: 'keeps the tokens within so many standard deviations of the best logit',
    source: '[Tang et al. 2024](https://arxiv.org/abs/2411.07641)',
    argument: '<n>',
    ...DRAWS,
    processor: (value, { truncation }) => topNSigma(value, truncation),
  }),
  topK: option(integer(0), {
    default: 50,
    off: 0,
    help: 'keeps the k most probable tokens; 0 keeps all',
    source: '[Fan et al. 2018](https://arxiv.org/abs/1805.04833)',
    argument: '<k>',
    stage: 'shaping',
    needs: ['doSample', 'penaltyAlpha'],
    processor: (value, { truncation }) => topK(value, truncation),
  }),
  topP: option(share, {
    default: 1,
    help: 'keeps the most probable tokens that together reach p',
    source: '[Holtzman et al. 2020](https://arxiv.org/abs/1904.09751)',
    argument: '<p>',
    ...DRAWS,
    processor: (value, { truncation }) => topP(value, truncation),
  }),
  minP: option(share, {
    help: 'keeps the tokens of at least p times the probability of the best one',
    source: '[Nguyen et al. 2024](https://arxiv.org/abs/2407.01082)',
    argument: '<p>',
    ...DRAWS,
    processor: (value, { truncation }) => minP(value, truncation),
  }),
  typicalP: option(shareAboveZero, {
    default: 1,
    help: 'keeps the tokens of the most typical surprisal that together reach p',
    source: '[Meister et al. 2023](https://arxiv.org/abs/2202.00666)',
    argument: '<p>',
    ...DRAWS,
    processor: (value, { truncation }) => typicalP(value, truncation),
  }),
  epsilonCutoff: option(shareBelowOne, {
    default: 0,
    help: 'keeps the tokens of at least this probability',
    source: '[Hewitt et al. 2022](https://arxiv.org/abs/2210.15191)',
    argument: '<e>',
    ...DRAWS,
    processor: (value, { truncation }) => epsilonCutoff(value, truncation),
  }),
  etaCutoff: option(shareBelowOne, {
    default: 0,
    help: 'keeps the tokens of at least a probability that follows the entropy',
    source: '[Hewitt et al. 2022](https://arxiv.org/abs/2210.15191)',
    argument: '<e>',
    ...DRAWS,
    processor: (value, { truncation }) => etaCutoff(value, truncation),
  }),
  renormalizeLogits: option(yesOrNo, {
    default: false,
    help: 'makes log-probabilities of the scores after all processors',
    stage: 'normalisation',
    processor: logNormalize,
  }),

  doSample: option(yesOrNo, {
    default: false,
    help: 'draws tokens at random; in a terminal implied by the options that shape the draw',
    contradicts: ['penaltyAlpha', 'numBeamGroups'],
  }),
  seed: option(integer(Number.MIN_SAFE_INTEGER), {
    otherwise: 'random; the result names it',
    help: 'makes sampling repeatable',
    source: 'Inkling',
    argument: '<n>',
    needs: ['doSample'],
  }),
  numReturnSequences: option(integer(1), { default: 1, help: 'how many texts to return', argument: '<n>' }),
  numBeams: option(integer(1), {
    default: 1,
    help: 'beam search with so many beams',
    source: '[Graves 2012](https://arxiv.org/abs/1211.3711)',
    argument: '<n>',
  }),
  numBeamGroups: option(integer(1), {
    default: 1,
    help: 'diverse beam search in so many groups',
    source: '[Vijayakumar et al. 2018](https://arxiv.org/abs/1610.02424)',
    argument: '<n>',
    ...BEAMS,
  }),
  lengthPenalty: option(number(), {
    default: 1,
    help: "exponent of the length that a beam's summed log-probability is divided by",
    argument: '<x>',
    ...BEAMS,
  }),
  earlyStopping: option(oneOf<boolean | 'never'>(true, false, 'never'), {
    default: false,
    help:
      'true ends with as many texts as beams, false when no running beam at its present length can beat them, never ' +
      'when none of any length can',
    argument: '<when>',
    ...BEAMS,
  }),
  penaltyAlpha: option(share, {
    default: 0,
    help: 'contrastive search: weight of the likeness to earlier tokens, with the k best tokens as candidates',
    source: '[Su et al. 2022](https://arxiv.org/abs/2202.06417)',
    argument: '<a>',
    contradicts: ['numBeams'],
  }),
  promptLookupNumTokens: option(integer(0), {
    default: 0,
    help: 'guesses up to so many tokens from the text itself',
    source: '[Saxena 2023](https://github.com/apoorvumang/prompt-lookup-decoding)',
    argument: '<n>',
    contradicts: ['numBeams', 'numReturnSequences', 'penaltyAlpha', 'guidanceScale'],
  }),
  maxMatchingNgramSize: option(integer(1), {
    default: 2,
    help: 'longest n-gram to look for',
    argument: '<n>',
    needs: ['promptLookupNumTokens'],
  }),
  numAssistantTokens: option(integer(1), {
    default: 20,
    help: 'most tokens that a draft model guesses at once',
    ...ASSISTANT,
  }),
  numAssistantTokensSchedule: option(oneOf<'constant' | 'heuristic_transient'>('constant', 'heuristic_transient'), {
    default: 'constant',
    help: '`heuristic_transient` guesses two more after a fully accepted guess and one less after any other',
    ...ASSISTANT,
  }),
  assistantConfidenceThreshold: option(share, {
    default: 0.4,
    help: 'probability below which a draft model stops guessing',
    ...ASSISTANT,
  }),
} as const;

type Table = typeof OPTIONS;
/** The name of an option. */
export type OptionName = keyof Table;

export type OptionRow = Kind<never> & Row<never>;

/** The rows in order. */
export const ROWS = Object.entries(OPTIONS) as unknown as readonly (readonly [OptionName, OptionRow])[];

/** One row, its own value type forgotten. */
export function rowOf(name: OptionName): OptionRow {
  return OPTIONS[name] as unknown as OptionRow;
}

/** Chosen options. Plain data: it travels between processes as JSON. */
export type GenerationConfig = { readonly [K in OptionName]?: v.InferOutput<Table[K]['schema']> };

type Defaulted = { [K in OptionName]: Table[K] extends { readonly default: unknown } ? K : never }[OptionName];

/** The options whose absence means a value. */
export const DEFAULTS: Defaults = Object.fromEntries(
  ROWS.flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default as unknown]])),
) as Defaults;
type Defaults = { readonly [K in Defaulted]: NonNullable<GenerationConfig[K]> };

/** A valid config with every default in place. */
export type ResolvedConfig = Omit<GenerationConfig, Defaulted | 'maxNewTokens' | 'eosTokenId' | 'stopStrings'> &
  typeof DEFAULTS & {
    /** Length of the whole sequence at which generation ends. */
    readonly endLength: number;
    readonly eosIds: readonly number[];
    readonly stopStrings: readonly string[];
  };

/** The options that shape a random draw. */
export const SAMPLING = ROWS.filter(([, { stage }]) => stage === 'shaping').map(([name]) => name);

/** Options that Hugging Face has and a local GPT-2 cannot follow, with the reason. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  constraints: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forceWordsIds: 'constrained beam search is not supported; use prefixAllowedTokensFn or forcedStartIds',
  forcedDecoderIds: 'Hugging Face has withdrawn it; use forcedStartIds',
  dolaLayers: 'the model gives no logits of its inner layers',
  watermarkingConfig: 'watermarking is not supported',
  decoderStartTokenId: 'GPT-2 has no encoder',
  padTokenId: 'sequences are never padded',
  bosTokenId: 'the caller puts it into the prompt',
};
