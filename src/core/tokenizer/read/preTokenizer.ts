import * as l10n from '@vscode/l10n';
import * as preTokenizers from '../preTokenizers';
import { TokenizerError } from '../tokenizer';
import { flagOf, type JsonObject, listOf, objectOf, textOf } from './json';
import { patternFinder, readFinder, regexFinder } from './normalizer';

const DEEPEST = 8;
const BEHAVIORS: ReadonlySet<unknown> = new Set<preTokenizers.SplitBehavior>([
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
]);
const NUMERIC = regexFinder(/\p{N}/gu);
const PUNCTUATION = regexFinder(/[!-/:-@[-`{-~\p{P}]/gu);
const SPACE = regexFinder(/\p{White_Space}/gu);
/** Words, and runs of what is neither word nor white space. */
const WORDS =
  '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]+|[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}\\p{White_Space}]+';

/**
 * The pre-tokenizer of a tokenizer.json; undefined where it is GPT-2's own.
 * @param addPrefixSpace overrides the setting of a ByteLevel pre-tokenizer used alone
 * @throws TokenizerError that names an unsupported one, or says that the tokenizer is not byte-level
 */
export function readPreTokenizer(value: unknown, addPrefixSpace?: boolean): preTokenizers.PreTokenizer | undefined {
  const parts = flatten(value, 0);
  const names = parts.map(({ type }) => String(type));
  if (names.length === 0) throw new TokenizerError(l10n.t('The tokenizer is not byte-level: it has no pre-tokenizer.'));
  const at = names.indexOf('ByteLevel');
  if (at < 0) {
    for (const part of parts) readPart(part, undefined);
    throw new TokenizerError(l10n.t('The tokenizer is not byte-level: its pre-tokenizer is {0}.', names.join(', ')));
  }
  if (at < parts.length - 1) {
    throw new TokenizerError(
      l10n.t('The pre-tokenizer {0} after ByteLevel is not one that Inkling knows.', names[at + 1]),
    );
  }
  const alone = objectOf('pre_tokenizer', value).type === 'ByteLevel';
  if (parts.length === 1) {
    const space = flagOf('add_prefix_space', (alone ? addPrefixSpace : undefined) ?? parts[0].add_prefix_space);
    const isOwn = !space && flagOf('use_regex', parts[0].use_regex, true);
    return isOwn ? undefined : readPart(parts[0], alone ? addPrefixSpace : undefined);
  }
  return preTokenizers.sequence(parts.map((part) => readPart(part, undefined)));
}

function flatten(value: unknown, depth: number): JsonObject[] {
  if (value === null || value === undefined) return [];
  if (depth >= DEEPEST) throw new TokenizerError(l10n.t('The pre-tokenizer is nested too deeply.'));
  const json = objectOf('pre_tokenizer', value);
  if (json.type !== 'Sequence') return [json];
  return listOf('pretokenizers', json.pretokenizers).flatMap((part) => flatten(part, depth + 1));
}

function readPart(json: JsonObject, addPrefixSpace: boolean | undefined): preTokenizers.PreTokenizer {
  switch (json.type) {
    case 'ByteLevel':
      return preTokenizers.byteLevel(
        flagOf('add_prefix_space', addPrefixSpace ?? json.add_prefix_space),
        flagOf('use_regex', json.use_regex, true),
      );
    case 'Split':
      return preTokenizers.split(
        readFinder(json.pattern),
        behaviorOf(json.behavior),
        flagOf('invert', json.invert, false),
      );
    case 'Digits': {
      const single = flagOf('individual_digits', json.individual_digits);
      return preTokenizers.split(NUMERIC, single ? 'Isolated' : 'Contiguous');
    }
    case 'Punctuation':
      return preTokenizers.split(PUNCTUATION, behaviorOf(json.behavior ?? 'Isolated'));
    case 'Whitespace':
      return preTokenizers.split(patternFinder(WORDS), 'Removed', true);
    case 'WhitespaceSplit':
      return preTokenizers.split(SPACE, 'Removed');
    case 'CharDelimiterSplit':
      return preTokenizers.split(readFinder({ String: textOf('delimiter', json.delimiter) }), 'Removed');
    case 'UnicodeScripts':
      return preTokenizers.unicodeScripts;
    default:
      throw new TokenizerError(
        l10n.t('The pre-tokenizer {0} is not one that byte-level BPE uses.', JSON.stringify(json.type)),
      );
  }
}

function behaviorOf(value: unknown): preTokenizers.SplitBehavior {
  if (!BEHAVIORS.has(value)) {
    throw new TokenizerError(l10n.t('The behavior {0} of a split is none.', JSON.stringify(value)));
  }
  return value as preTokenizers.SplitBehavior;
}
