import type { SequenceBias } from './processors/bias';

/**
 * How to choose tokens: the options of Hugging Face `generate()` under their own names in camelCase, with their
 * defaults. https://huggingface.co/docs/transformers/main_classes/text_generation
 * Options without a counterpart there say where they come from. Plain data: it travels between processes as JSON.
 */
export interface GenerationConfig {
  /** Most tokens to add; 20 unless told. */
  readonly maxNewTokens?: number;
  /** Most tokens in all, prompt included; instead of `maxNewTokens`. */
  readonly maxLength?: number;
  /** Fewest tokens in all, prompt included. */
  readonly minLength?: number;
  readonly minNewTokens?: number;
  /** Seconds after which no further token is begun. */
  readonly maxTime?: number;
  /** Texts that end the generation as soon as a token completes one. The text keeps them. */
  readonly stopStrings?: string | readonly string[];
  /** The model's own unless told; an empty list for none. */
  readonly eosTokenId?: number | readonly number[];

  /** Draw tokens at random instead of taking the best. */
  readonly doSample?: boolean;
  /** Makes sampling repeatable: any safe integer. Random unless told; the result names the one used. */
  readonly seed?: number;
  /** 0 takes the best token, as `doSample: false` does. */
  readonly temperature?: number;
  /** 50 unless told; 0 for all. */
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly topH?: number;
  readonly typicalP?: number;
  readonly epsilonCutoff?: number;
  readonly etaCutoff?: number;
  /** Standard deviations below the best logit at which to cut; not in Hugging Face. */
  readonly topNSigma?: number;

  readonly repetitionPenalty?: number;
  /** Above 1, makes tokens of the prompt likelier. */
  readonly encoderRepetitionPenalty?: number;
  /** Per earlier occurrence in the new text; OpenAI's. */
  readonly frequencyPenalty?: number;
  /** For any earlier occurrence in the new text; OpenAI's. */
  readonly presencePenalty?: number;
  readonly noRepeatNgramSize?: number;
  /** Size of the n-grams of the prompt that may not be repeated. */
  readonly encoderNoRepeatNgramSize?: number;
  readonly badWordsIds?: readonly (readonly number[])[];
  readonly sequenceBias?: readonly SequenceBias[];
  /** `[start, factor]`: from `start` new tokens on, end-of-text becomes likelier by `factor` with each token. */
  readonly exponentialDecayLengthPenalty?: readonly [start: number, factor: number];
  readonly suppressTokens?: readonly number[];
  /** Tokens that may not come first. */
  readonly beginSuppressTokens?: readonly number[];
  /** The first new token. Hugging Face applies it only after a prompt of one token; here it always acts. */
  readonly forcedBosTokenId?: number;
  /** The last token when the length limit is reached. */
  readonly forcedEosTokenId?: number | readonly number[];
  /** Tokens the continuation starts with; not in Hugging Face. */
  readonly forcedStartIds?: readonly number[];
  readonly removeInvalidValues?: boolean;
  readonly renormalizeLogits?: boolean;
  /** Above 1, turns the text away from what the model would say after `negativePromptIds`. */
  readonly guidanceScale?: number;
  /** The unguided prompt; the last token of the prompt unless told. */
  readonly negativePromptIds?: readonly number[];

  readonly numReturnSequences?: number;
  readonly numBeams?: number;
  readonly numBeamGroups?: number;
  readonly diversityPenalty?: number;
  /** Exponent of the length a beam's summed log-probability is divided by; 1 unless told. */
  readonly lengthPenalty?: number;
  /**
   * `true` stops with `numBeams` finished texts, `false` when a running beam at its present length cannot beat them,
   * `'never'` when none of any length can.
   */
  readonly earlyStopping?: boolean | 'never';

  /** Weight of the likeness to earlier tokens in contrastive search, between 0 and 1. */
  readonly penaltyAlpha?: number;

  /** Most tokens to copy from the text as a guess. */
  readonly promptLookupNumTokens?: number;
  /** Longest n-gram to look for; 2 unless told. */
  readonly maxMatchingNgramSize?: number;
  /** Most tokens a draft model guesses at once; 20 unless told. */
  readonly numAssistantTokens?: number;
  /** `'heuristic_transient'` guesses two more after a fully accepted guess and one less after any other. */
  readonly numAssistantTokensSchedule?: 'constant' | 'heuristic_transient';
  /** Probability below which a draft model stops guessing; 0.4 unless told. */
  readonly assistantConfidenceThreshold?: number;
}

/** The options whose absence means a value. */
export const DEFAULTS = {
  doSample: false,
  temperature: 1,
  topK: 50,
  topP: 1,
  typicalP: 1,
  epsilonCutoff: 0,
  etaCutoff: 0,
  repetitionPenalty: 1,
  encoderRepetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  noRepeatNgramSize: 0,
  encoderNoRepeatNgramSize: 0,
  minLength: 0,
  minNewTokens: 0,
  removeInvalidValues: false,
  renormalizeLogits: false,
  guidanceScale: 1,
  numReturnSequences: 1,
  numBeams: 1,
  numBeamGroups: 1,
  diversityPenalty: 0,
  lengthPenalty: 1,
  earlyStopping: false,
  penaltyAlpha: 0,
  promptLookupNumTokens: 0,
  maxMatchingNgramSize: 2,
  numAssistantTokens: 20,
  numAssistantTokensSchedule: 'constant',
  assistantConfidenceThreshold: 0.4,
} as const satisfies GenerationConfig;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T;

/** A validated config with every default in place. */
export type ResolvedConfig = Omit<
  GenerationConfig,
  keyof typeof DEFAULTS | 'maxNewTokens' | 'eosTokenId' | 'stopStrings'
> & {
  readonly [K in keyof typeof DEFAULTS]-?: Widen<NonNullable<GenerationConfig[K]>>;
} & {
  /** Length of the whole sequence at which generation ends. */
  readonly endLength: number;
  readonly eosIds: readonly number[];
  readonly stopStrings: readonly string[];
};

const DEFAULT_NEW_TOKENS = 20;

/**
 * Fills in the defaults of a valid config. A temperature of 0 becomes greedy decoding.
 * @param eosTokenId the model's end-of-text token
 */
export function resolve(config: GenerationConfig, promptLength: number, eosTokenId?: number): ResolvedConfig {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const { maxLength, maxNewTokens = DEFAULT_NEW_TOKENS, eosTokenId: eos = eosTokenId, stopStrings = [] } = config;
  return {
    ...DEFAULTS,
    ...given,
    ...(config.temperature === 0 && { doSample: false, temperature: 1 }),
    endLength: maxLength ?? promptLength + maxNewTokens,
    eosIds: asList(eos ?? []),
    stopStrings: asList(stopStrings),
  };
}

/** A list of what may be given alone. */
export function asList<T extends string | number>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'object' ? value : [value];
}
