import * as v from 'valibot';
import { refuse, shown } from './optionError';
import { asList } from './optionKinds';
import {
  DEFAULTS,
  type GenerationConfig,
  OPTIONS,
  type OptionName,
  type OptionRow,
  type ResolvedConfig,
  ROWS,
  UNSUPPORTED,
} from './options';

/** New tokens where no option limits them. */
const NEW_TOKENS = 20;

/** What a text and a model allow. */
export interface Circumstances {
  readonly promptLength: number;
  readonly vocabSize: number;
  /** The model's end-of-text tokens. */
  readonly eosTokenId?: number | readonly number[];
}

/**
 * Options that would have no effect beside the others count as contradictory, unless they have their neutral value.
 * @param assistant whether a draft model comes with the config
 * @throws an OptionError that names the first unknown, malformed or contradictory option
 */
export function validate(config: GenerationConfig, assistant = false): void {
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (Object.hasOwn(UNSUPPORTED, name)) refuse`${name} is not supported: ${UNSUPPORTED[name]}.`;
    if (!Object.hasOwn(OPTIONS, name)) refuse`Unknown option ${name}.`;
    const { schema, is } = OPTIONS[name as OptionName];
    if (!v.is(schema, value)) refuse`${name} must be ${is}, but is ${shown(value)}.`;
  }
  for (const [name, row] of ROWS) {
    if (!isSet(config, name)) continue;
    checkNeeds(config, name, row, assistant);
    for (const other of row.contradicts ?? []) {
      if (isSet(config, other as OptionName)) refuse`${name} and ${other} contradict each other: give one of them.`;
    }
  }
  checkCounts(config);
  checkGuesses(config, assistant);
}

/**
 * Fills in the defaults of a valid config. A temperature of 0 becomes greedy decoding.
 * @throws an OptionError that names the first option which this prompt or this model cannot follow
 */
export function resolve(
  config: GenerationConfig,
  { promptLength, vocabSize, eosTokenId }: Circumstances,
): ResolvedConfig {
  const { maxNewTokens, eosTokenId: eos = eosTokenId ?? [], stopStrings = [], ...given } = withoutUndefined(config);
  const endLength = config.maxLength ?? promptLength + (maxNewTokens ?? NEW_TOKENS);
  const resolved = {
    ...DEFAULTS,
    ...given,
    ...(config.temperature === 0 && { doSample: false, temperature: 1 }),
    endLength,
    eosIds: asList(eos),
    stopStrings: asList(stopStrings),
  };
  checkRoom(config, resolved, promptLength);
  for (const [name, row] of ROWS) {
    const value = config[name];
    if (value === undefined) continue;
    if (row.needsEnd && resolved.eosIds.length === 0 && isSet(config, name)) {
      refuse`${name} needs an end-of-text token (${'eosTokenId'}).`;
    }
    const unknown = row.tokens?.(value as never).find((id) => id >= vocabSize);
    if (unknown !== undefined) refuse`${name} names token ${unknown}, but the model has ${vocabSize} tokens.`;
  }
  return resolved;
}

/** Whether an option is given and differs from what its absence means. */
function isSet(config: GenerationConfig, name: OptionName): boolean {
  const value = config[name];
  return value !== undefined && value !== (DEFAULTS as GenerationConfig)[name];
}

/** When an option that others need counts as given, in words. */
export function condition(name: string): string {
  return name === 'numBeams' || name === 'guidanceScale' ? ' above 1' : '';
}

function checkNeeds(config: GenerationConfig, name: OptionName, { needs }: OptionRow, assistant: boolean): void {
  if (!needs || (name === 'temperature' && config.temperature === 0)) return;
  const there = (other: string) => (other === 'assistantModel' ? assistant : isSet(config, other as OptionName));
  if (!needs.some(there)) refuse`${name} acts only with ${needs[0]}${condition(needs[0])}.`;
}

/** The model reads one row for each in a step, and memory is taken for all of them. */
const MOST_ROWS = 1024;

function checkCounts(config: GenerationConfig): void {
  const { minNewTokens = 0, minLength = 0, maxNewTokens, maxLength, topK } = config;
  const { numBeams = 1, numBeamGroups = 1, numReturnSequences = 1, penaltyAlpha = 0 } = config;
  for (const [name, rows] of Object.entries({ numBeams, numReturnSequences, topK: penaltyAlpha > 0 ? topK : 1 })) {
    if ((rows ?? 1) > MOST_ROWS) refuse`${name} of ${rows} is more than the ${MOST_ROWS} texts that a step may read.`;
  }
  if (minNewTokens > (maxNewTokens ?? minNewTokens)) {
    refuse`${'minNewTokens'} of ${minNewTokens} is greater than ${'maxNewTokens'} of ${maxNewTokens}.`;
  }
  if (minLength > (maxLength ?? minLength)) {
    refuse`${'minLength'} of ${minLength} is greater than ${'maxLength'} of ${maxLength}.`;
  }
  // A prompt has one token at least.
  if (maxLength !== undefined && minNewTokens >= maxLength) {
    refuse`${'minNewTokens'} of ${minNewTokens} is more than ${'maxLength'} of ${maxLength} leaves after a prompt.`;
  }
  if (penaltyAlpha > 0 && topK !== undefined && topK < 2) refuse`${'penaltyAlpha'} needs a ${'topK'} of at least 2.`;
  if (numBeams % numBeamGroups !== 0) refuse`${'numBeams'} must be a multiple of ${'numBeamGroups'}.`;
  if (numBeamGroups > 1 !== isSet(config, 'diversityPenalty')) {
    refuse`${'numBeamGroups'} above 1 and a ${'diversityPenalty'} above 0 go together: one is missing.`;
  }
  if (numBeams > 1 && numReturnSequences > numBeams) {
    refuse`${'numReturnSequences'} of ${numReturnSequences} is greater than ${'numBeams'} of ${numBeams}.`;
  }
  const single = numBeams === 1 && (!config.doSample || config.temperature === 0);
  if (single && numReturnSequences > 1) {
    refuse`${'numReturnSequences'} above 1 needs ${'doSample'} or ${'numBeams'}.`;
  }
}

/** Prompt lookup and a draft model both guess tokens: only one of them can, beside the same other options. */
function checkGuesses(config: GenerationConfig, assistant: boolean): void {
  if (!assistant) return;
  if (isSet(config, 'promptLookupNumTokens')) {
    refuse`${'promptLookupNumTokens'} and assistantModel contradict each other.`;
  }
  for (const other of OPTIONS.promptLookupNumTokens.contradicts) {
    if (isSet(config, other)) refuse`assistantModel and ${other} contradict each other.`;
  }
}

/** Holds what counts new tokens against what counts the prompt too. */
function checkRoom(config: GenerationConfig, resolved: ResolvedConfig, promptLength: number): void {
  const { minLength, minNewTokens, endLength } = resolved;
  const room = endLength - promptLength;
  const [limit, most] = config.maxLength === undefined ? ['maxNewTokens', room] : ['maxLength', endLength];
  if (room <= 0) refuse`${'maxLength'} of ${endLength} leaves no room after a prompt of ${promptLength} tokens.`;
  const after = `after a prompt of ${promptLength} tokens`;
  if (minNewTokens > room) {
    refuse`${'minNewTokens'} of ${minNewTokens} is more than ${limit} of ${most} allows ${after}.`;
  }
  if (minLength > endLength) refuse`${'minLength'} of ${minLength} is more than ${limit} of ${most} allows ${after}.`;
  const start = resolved.forcedStartIds?.length ?? 0;
  if (start > room) refuse`${'forcedStartIds'} is ${start} tokens, more than ${limit} of ${most} allows ${after}.`;
  if (!Number.isFinite(room ** Math.abs(resolved.lengthPenalty))) {
    refuse`${'lengthPenalty'} of ${resolved.lengthPenalty} is too great for texts of ${room} tokens.`;
  }
  const [decayStart] = resolved.exponentialDecayLengthPenalty ?? [0];
  if (decayStart >= room && decayStart > 0) {
    refuse`${'exponentialDecayLengthPenalty'} starts at ${decayStart} new tokens, which ${limit} of ${most} never reaches.`;
  }
}

function withoutUndefined(config: GenerationConfig): GenerationConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
