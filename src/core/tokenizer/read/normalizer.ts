import * as l10n from '@vscode/l10n';
import * as normalizers from '../normalizers';
import { LONGEST_TEXT } from '../pieces';
import type { Finder } from '../preTokenizers';
import { TokenizerError } from '../tokenizer';
import { flagOf, type JsonObject, listOf, objectOf, textOf } from './json';
import { translatePattern } from './pattern';

const DEEPEST = 8;

/**
 * The normalizer of a tokenizer.json.
 * @throws TokenizerError that names one that is not taken
 */
export function readNormalizer(value: unknown, depth = 0): normalizers.Normalizer | undefined {
  if (value === null || value === undefined) return undefined;
  const json = objectOf('normalizer', value);
  switch (json.type) {
    case 'NFC':
    case 'NFKC':
      return normalizers.compose(json.type);
    case 'NFD':
    case 'NFKD':
      return normalizers.decompose(json.type);
    case 'Lowercase':
      return normalizers.lowercase;
    case 'StripAccents':
      return normalizers.stripAccents;
    case 'Strip':
      return normalizers.strip(flagOf('strip_left', json.strip_left), flagOf('strip_right', json.strip_right));
    case 'Prepend':
      return normalizers.prepend(textOf('prepend', json.prepend));
    case 'Replace':
      return normalizers.replace(readFinder(json.pattern), textOf('content', json.content));
    case 'Sequence':
      return readSequence(json, depth);
    default:
      throw new TokenizerError(
        l10n.t('The normalizer {0} is not one that byte-level BPE uses.', JSON.stringify(json.type)),
      );
  }
}

function readSequence(json: JsonObject, depth: number): normalizers.Normalizer | undefined {
  if (depth >= DEEPEST) throw new TokenizerError(l10n.t('The normalizer is nested too deeply.'));
  const parts = listOf('normalizers', json.normalizers)
    .map((part) => readNormalizer(part, depth + 1))
    .filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : normalizers.sequence(parts);
}

/**
 * What a pattern of a tokenizer.json finds: `{"String"}` that very text, `{"Regex"}` what the expression matches.
 * @throws TokenizerError that names what is not taken
 */
export function readFinder(value: unknown): Finder {
  const json = objectOf('pattern', value);
  // An empty text is found at every place, as an empty expression is.
  if (typeof json.String === 'string') return json.String === '' ? patternFinder('') : literalFinder(json.String);
  return patternFinder(textOf('pattern.Regex', json.Regex));
}

/** @throws TokenizerError when the expression is none, or not taken */
export function patternFinder(pattern: string): Finder {
  const find = regexFinder(translatePattern(pattern));
  let findInLong: Finder | undefined;
  return (text) => {
    if (text.length <= LONGEST_TEXT) return find(text);
    findInLong ??= regexFinder(translatePattern(pattern, true));
    return findInLong(text);
  };
}

export function regexFinder(regex: RegExp): Finder {
  return (text) => {
    const found: [number, number][] = [];
    let last = -1;
    for (const match of text.matchAll(regex)) {
      const [from, to] = [match.index, match.index + match[0].length];
      // An empty match where the one before it ends counts for nothing.
      if (from < to || from !== last) found.push([from, to]);
      last = to;
    }
    return found;
  };
}

function literalFinder(wanted: string): Finder {
  return (text) => {
    const found: [number, number][] = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      found.push([at, at + wanted.length]);
    }
    return found;
  };
}
