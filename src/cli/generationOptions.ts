import { type Command, InvalidArgumentError, Option } from 'commander';
import { OptionError } from '../core/decoding/optionError';
import {
  type GenerationConfig,
  type OptionName,
  type OptionRow,
  ROWS,
  rowOf,
  SAMPLING,
} from '../core/decoding/options';
import { readOption, spelledName } from '../core/decoding/spelled';
import { validate } from '../core/decoding/validate';
import type { Tokenizer } from '../core/tokenizer';
import { LackedOptionError } from '../engine/endpoint/continuation';
import { UsageError } from './input';

/** Default of `maxNewTokens`: a paragraph, where `generate()` has 20. */
const NEW_TOKENS = 50;

const FLAGS = ROWS.filter(([, { flag }]) => flag !== false);

/** Adds a flag for every option of decoding that the command line supports. */
export function withGenerationOptions(command: Command): Command {
  for (const [name, row] of FLAGS) command.addOption(decodingFlag(name).helpGroup(groupOf(name, row)));
  return command;
}

/**
 * Converts command-line options to a decoding configuration.
 * @throws UsageError when the options contradict each other
 */
export function generationConfig(given: Record<string, unknown>, tokenizer: Tokenizer): GenerationConfig {
  const config: Partial<Record<OptionName, unknown>> = {};
  for (const [name, row] of FLAGS) {
    const value = given[decodingFlag(name).attributeName()];
    if (value !== undefined) config[name] = row.spelling === 'text' ? tokenizer.encode(value as string) : value;
  }
  if (config.badWordsIds) {
    config.badWordsIds = (config.badWordsIds as string[]).flatMap((word) => spellings(word, tokenizer));
  }
  if (config.maxNewTokens === undefined && config.maxLength === undefined) config.maxNewTokens = NEW_TOKENS;
  if (config.temperature === 0) {
    // Greedy decoding ignores sampling options. Contrastive search also uses the top k.
    for (const name of [...SAMPLING, 'seed', 'doSample'] as const) {
      if (name !== 'topK' || config.penaltyAlpha === undefined) delete config[name];
    }
  } else if (config.penaltyAlpha === undefined && drawsByImplication(config)) {
    config.doSample = true;
  }
  try {
    validate(config as GenerationConfig);
  } catch (error) {
    throw asTyped(error);
  }
  return config as GenerationConfig;
}

/**
 * Whether options are given that only make sense with sampling: sampling options, a seed, several sequences. With
 * beams, a seed or several sequences do not imply sampling.
 */
function drawsByImplication(config: Partial<Record<OptionName, unknown>>): boolean {
  const isSearch = (config.numBeams as number) > 1;
  if (!isSearch && (config.numReturnSequences as number) > 1) return true;
  if (!isSearch && config.seed !== undefined) return true;
  return SAMPLING.some((name) => config[name] !== undefined);
}

/** Rewrites a decoding error about options to name the command's flags; other errors are returned as they are. */
export function asTyped(error: unknown): unknown {
  const namesOptions = error instanceof OptionError || error instanceof LackedOptionError;
  return namesOptions ? new UsageError(error.spelled(flagName)) : error;
}

/** The flag of an option with its dashes; the option's name where it has no flag. */
export function flagName(name: OptionName): string {
  const spelled = spelledName(name);
  return spelled === undefined ? name : `--${spelled}`;
}

/** A flag that parses and validates an option's value. */
export function decodingFlag(name: OptionName): Option {
  const row = rowOf(name);
  const placeholder = row.spelling === 'yes' ? '' : ` ${row.argument ?? '<text>'}`;
  const option = new Option(`${flagName(name)}${placeholder}`, describe(name, row)).argParser(parserOf(name, row));
  // `--no-repeat-ngram-size` is a name of its own, not the negation of another option.
  option.negate = false;
  return option;
}

/** The help section that lists an option. */
function groupOf(name: OptionName, { needs = [], stage }: OptionRow): string {
  if (name === 'numBeams' || needs.includes('numBeams') || name === 'earlyStopping') return 'Beam search:';
  if (name === 'doSample' || name === 'seed' || stage === 'shaping') return 'Sampling:';
  if (stage === 'penalty' || stage === 'constraint') return 'What may come, and how likely:';
  if (['maxNewTokens', 'maxLength', 'maxTime', 'stopStrings', 'eosTokenId'].includes(name)) return 'Where it ends:';
  return 'Other ways to write:';
}

function describe(name: OptionName, { default: value, otherwise, help, spelling }: OptionRow): string {
  const several = spelling === 'texts' ? '; may be given several times' : '';
  const absent = name === 'maxNewTokens' ? NEW_TOKENS : (otherwise ?? (spelling === 'yes' ? undefined : value));
  return `${help.replaceAll('`', '')}${several}${absent === undefined ? '' : ` (default: ${absent})`}`;
}

/** Parses what was typed, and validates it against the option's type and bounds. */
function parserOf(name: OptionName, { spelling }: OptionRow): (text: string, before?: unknown) => unknown {
  if (spelling === 'yes') return () => true;
  if (spelling === 'text' || spelling === 'texts') {
    return (text, before = []) => {
      if (text === '') throw new InvalidArgumentError('It must not be empty.');
      return spelling === 'text' ? text : [...(before as string[]), text];
    };
  }
  return (text) => {
    try {
      return readOption(name, text);
    } catch (error) {
      throw new InvalidArgumentError(`It ${(error as Error).message}.`);
    }
  };
}

/** Token sequences of a word at the start of a text and after a space, which differ. */
function spellings(word: string, tokenizer: Tokenizer): number[][] {
  return (word.startsWith(' ') ? [word] : [word, ` ${word}`]).map((text) => tokenizer.encode(text));
}
