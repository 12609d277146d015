import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GenerationConfig } from '../core/decoding/config';
import { SAMPLING, validate } from '../core/decoding/validate';
import { encode } from '../core/tokenizer';
import { integer, number, UsageError } from './input';

type Key = keyof GenerationConfig;
type Row = readonly [key: Key, argument: string, description: string, parse: (text: string) => unknown];

const text = (value: string) => value;
const ids = (value: string) => integers(value);
const anyNumber = number(Number.NEGATIVE_INFINITY);

/** Options with a value: Hugging Face's names, which commander turns to the keys of `GenerationConfig`. */
const VALUES: readonly Row[] = [
  ['maxNewTokens', '<n>', 'most tokens to add (default: 50)', integer(1)],
  ['maxLength', '<n>', 'most tokens in all, prompt included', integer(1)],
  ['minLength', '<n>', 'fewest tokens in all, prompt included', integer(0)],
  ['minNewTokens', '<n>', 'fewest tokens to add', integer(0)],
  ['maxTime', '<seconds>', 'begin no token after this long', number(0)],
  ['eosTokenId', '<ids>', 'tokens that end the text, separated by commas', ids],
  ['seed', '<n>', 'makes sampling repeatable', integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  ['temperature', '<t>', 'divide the logits by this; 0 is greedy, whatever else shapes the draw', number(0)],
  ['topK', '<k>', 'keep the k most probable tokens; 0 keeps all (default when sampling: 50)', integer(0)],
  ['topP', '<p>', 'keep the most probable tokens that together reach p', anyNumber],
  ['minP', '<p>', 'drop tokens below p times the most probable one', anyNumber],
  ['topH', '<h>', 'keep the most probable tokens up to this share of the entropy', anyNumber],
  ['typicalP', '<p>', 'keep the tokens of the most typical surprisal that together reach p', anyNumber],
  ['epsilonCutoff', '<e>', 'drop tokens below this probability', anyNumber],
  ['etaCutoff', '<e>', 'drop tokens below a probability that follows the entropy', anyNumber],
  ['topNSigma', '<n>', 'drop tokens more than n standard deviations below the best logit', anyNumber],
  ['repetitionPenalty', '<x>', 'above 1, makes tokens that are there already less likely', anyNumber],
  ['encoderRepetitionPenalty', '<x>', 'above 1, makes tokens of the prompt likelier', anyNumber],
  ['frequencyPenalty', '<x>', 'taken off for each earlier occurrence in the new text', anyNumber],
  ['presencePenalty', '<x>', 'taken off for any earlier occurrence in the new text', anyNumber],
  ['noRepeatNgramSize', '<n>', 'never repeat n tokens in a row', integer(0)],
  ['encoderNoRepeatNgramSize', '<n>', 'never repeat n tokens in a row of the prompt', integer(0)],
  ['sequenceBias', '<json>', 'added to the last token of sequences: [[[ids…],bias],…]', json],
  ['exponentialDecayLengthPenalty', '<start,factor>', 'make the end likelier from a number of new tokens on', numbers],
  ['suppressTokens', '<ids>', 'tokens that never come, separated by commas', ids],
  ['beginSuppressTokens', '<ids>', 'tokens that do not come first', ids],
  ['forcedBosTokenId', '<id>', 'the first token', integer(0)],
  ['forcedEosTokenId', '<ids>', 'the last token where the length limit is reached', ids],
  ['guidanceScale', '<x>', 'above 1, turn away from what follows the negative prompt', anyNumber],
  ['numReturnSequences', '<n>', 'how many texts to return', integer(1)],
  ['numBeams', '<n>', 'beam search with n beams', integer(1)],
  ['numBeamGroups', '<n>', 'diverse beam search with n groups', integer(1)],
  ['diversityPenalty', '<x>', 'taken off for tokens that earlier groups chose', anyNumber],
  ['lengthPenalty', '<x>', "exponent of the length that a beam's score is divided by", anyNumber],
  ['earlyStopping', '<when>', 'true, false or never', earlyStopping],
  ['penaltyAlpha', '<a>', 'contrastive search: weight of the likeness to earlier tokens, with --top-k', number(0, 1)],
  ['promptLookupNumTokens', '<n>', 'guess up to n tokens from the text itself', integer(1)],
  ['maxMatchingNgramSize', '<n>', 'longest n-gram to look for', integer(1)],
];

/** Options given as text, which become token ids. */
const TEXTS = [
  ['stop', 'end the text with this string; may be given several times'],
  ['bad-word', 'a word that never comes; may be given several times'],
] as const;

/** Any of these asks for sampling. */
const ASKS_FOR_SAMPLING: readonly Key[] = ['seed', ...SAMPLING];

export function withGenerationOptions(command: Command): Command {
  for (const [key, argument, description, parse] of VALUES) {
    const option = new Option(`--${kebab(key)} ${argument}`, description).argParser(parse);
    // `--no-repeat-ngram-size` is a name like any other, not the opposite of another option.
    option.negate = false;
    command.addOption(option);
  }
  for (const [name, description] of TEXTS) command.option(`--${name} <text>`, description, collect);
  return command
    .option('--do-sample', 'draw tokens at random; implied by the options that shape the draw')
    .option('--force-start <text>', 'the text that the continuation starts with', text)
    .option('--negative-prompt <text>', 'what --guidance-scale turns away from', text)
    .option('--renormalize-logits', 'normalise the scores after all processors')
    .option('--remove-invalid-values', 'replace NaN and infinite scores');
}

/**
 * What was given on the command line, as decoding takes it.
 * @throws UsageError when the options contradict each other or are out of bounds
 */
export function generationConfig(options: Record<string, unknown>): GenerationConfig {
  const config: Partial<Record<Key, unknown>> = {};
  for (const [key] of VALUES) if (options[key] !== undefined) config[key] = options[key];
  for (const key of ['renormalizeLogits', 'removeInvalidValues'] as const) if (options[key]) config[key] = true;
  if (config.maxNewTokens === undefined && config.maxLength === undefined) config.maxNewTokens = 50;
  if (options.stop) config.stopStrings = options.stop;
  if (options.badWord) config.badWordsIds = (options.badWord as string[]).flatMap((word) => spellings(word));
  if (typeof options.forceStart === 'string') config.forcedStartIds = encode(options.forceStart);
  if (typeof options.negativePrompt === 'string') config.negativePromptIds = encode(options.negativePrompt);
  if (config.temperature === 0) {
    // Nothing is drawn, so nothing shapes the draw; contrastive search looks at the top k all the same.
    for (const key of SAMPLING) if (key !== 'topK' || config.penaltyAlpha === undefined) delete config[key];
  } else {
    const implied = ASKS_FOR_SAMPLING.some((key) => config[key] !== undefined);
    const searches = (options.numBeams as number) > 1 || config.penaltyAlpha !== undefined;
    if (options.doSample || (implied && !searches)) config.doSample = true;
  }
  try {
    validate(config as GenerationConfig);
  } catch (error) {
    throw new UsageError(asTyped((error as Error).message));
  }
  return config as GenerationConfig;
}

/** A message about keys of the configuration, in the words of the command line. */
function asTyped(message: string): string {
  const keys = new Set<string>([...VALUES.map(([key]) => key), 'doSample']);
  return message.replace(/\b[a-z]+(?:[A-Z][a-z]*)+\b/g, (word) => (keys.has(word) ? `--${kebab(word)}` : word));
}

/** A word comes at the start of a text or after a space, and is other tokens then. */
function spellings(word: string): number[][] {
  return word.startsWith(' ') ? [encode(word)] : [encode(word), encode(` ${word}`)];
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function integers(value: string): number[] {
  return numbers(value).map((each) => {
    if (!Number.isInteger(each)) throw new InvalidArgumentError('They must be whole numbers.');
    return each;
  });
}

function numbers(value: string): number[] {
  return value.split(',').map(anyNumber);
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new InvalidArgumentError('It must be JSON.');
  }
}

function earlyStopping(value: string): boolean | 'never' {
  if (value === 'never') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new InvalidArgumentError('It must be true, false or never.');
}
