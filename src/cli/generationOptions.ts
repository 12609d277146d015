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
import { UsageError } from './input';

/** Most tokens to add where nothing was said: more than the library's 20, a paragraph to read. */
const NEW_TOKENS = 50;

const FLAGS = ROWS.filter(([, { flag }]) => flag !== false);

/** Adds a flag for every option of decoding that the command line can give. */
export function withGenerationOptions(command: Command): Command {
  for (const [name, row] of FLAGS) command.addOption(decodingFlag(name).helpGroup(groupOf(name, row)));
  return command;
}

/**
 * What was given on the command line, as decoding takes it.
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
    // Nothing is drawn, so nothing shapes the draw; contrastive search looks at the top k all the same.
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
 * Whether options are given that mean nothing unless tokens are drawn: those that shape a draw, its seed, several
 * texts. Beside beams neither a seed nor several texts mean drawing.
 */
function drawsByImplication(config: Partial<Record<OptionName, unknown>>): boolean {
  const isSearch = (config.numBeams as number) > 1;
  if (!isSearch && (config.numReturnSequences as number) > 1) return true;
  if (!isSearch && config.seed !== undefined) return true;
  return SAMPLING.some((name) => config[name] !== undefined);
}

/** An error of decoding about its options, in the words of the command line; any other as it is. */
export function asTyped(error: unknown): unknown {
  return error instanceof OptionError ? new UsageError(error.spelled(flagName)) : error;
}

/** The flag of an option, with its dashes; the bare name where it has none. */
export function flagName(name: OptionName): string {
  const spelled = spelledName(name);
  return spelled === undefined ? name : `--${spelled}`;
}

/** The flag of an option that reads what is typed, and refuses what the option cannot be. */
export function decodingFlag(name: OptionName): Option {
  const row = rowOf(name);
  const placeholder = row.spelling === 'yes' ? '' : ` ${row.argument ?? '<text>'}`;
  const option = new Option(`${flagName(name)}${placeholder}`, describe(name, row)).argParser(parserOf(name, row));
  // `--no-repeat-ngram-size` is a name like any other, not the opposite of another option.
  option.negate = false;
  return option;
}

/** Under which title the help has an option. */
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

/** Reads what was typed, and holds it against what the option may be. */
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

/** A word is spelled by other tokens at the start of a text than behind a space. */
function spellings(word: string, tokenizer: Tokenizer): number[][] {
  return (word.startsWith(' ') ? [word] : [word, ` ${word}`]).map((text) => tokenizer.encode(text));
}
