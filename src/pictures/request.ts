import * as l10n from '@vscode/l10n';
import { OptionError } from '../core/decoding/optionError';
import type { GenerationConfig, OptionName } from '../core/decoding/options';
import { SAMPLING } from '../core/decoding/options';
import { optionSpelled, readOption, spelledName } from '../core/decoding/spelled';
import { resolve, validate } from '../core/decoding/validate';
import type { FigureKind, TokenColour } from './figure';

/** What to draw. */
export interface FigureRequest {
  readonly kind: FigureKind;
  readonly text: string;
  /** Whether `<|endoftext|>` precedes the text. */
  readonly bos: boolean;
  readonly colour: TokenColour;
  /** Number of candidates or words shown. */
  readonly count: number;
  /** From 1; `null` averages over all. */
  readonly layer: number | null;
  readonly head: number | null;
  /** The token to follow through the layers; by default the model's most probable one. */
  readonly candidate?: string;
  readonly decoding: GenerationConfig;
  /** Options as given, for the small print. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** An option of a picture that is also an option of the command line. */
export interface PictureOption {
  readonly name: string;
  readonly argument?: string;
  readonly help: string;
}

/** What each kind of picture shows. */
export const KINDS: Readonly<Record<FigureKind, string>> = {
  tokens: 'how the text is cut into tokens',
  next: 'the most probable next tokens',
  stages: 'how the options of generate reshape the distribution of the next token',
  beams: 'a beam search, as a tree',
  attention: 'what the last token looks at',
  lens: 'what the model would say after each layer',
  words: 'the most probable next words',
  surprisal: 'how much each word surprises the model',
};

/** Options other than those of decoding, with the kinds of picture that have them. */
const OWN: Readonly<Record<string, PictureOption & { readonly kinds: readonly FigureKind[] }>> = {
  bos: {
    name: 'bos',
    help: 'put <|endoftext|> before the text',
    kinds: ['tokens', 'next', 'stages', 'beams', 'attention', 'lens', 'words'],
  },
  colour: {
    name: 'colour',
    argument: '<what>',
    help: 'colour tokens by boundary, rank or surprisal (default: boundary)',
    kinds: ['tokens'],
  },
  'top-k': {
    name: 'top-k',
    argument: '<k>',
    help: 'how many next tokens to show (default: 10); of stages: keep only the k most probable tokens',
    kinds: ['next'],
  },
  'keep-top-k': { name: 'keep-top-k', argument: '<k>', help: 'what --top-k is to generate', kinds: ['next'] },
  count: { name: 'count', argument: '<n>', help: 'how many next words to show (default: 10)', kinds: ['words'] },
  layer: {
    name: 'layer',
    argument: '<n>',
    help: 'the layer to show, from 1 (default: the mean of all)',
    kinds: ['attention'],
  },
  head: {
    name: 'head',
    argument: '<n>',
    help: 'the head to show, from 1 (default: the mean of all)',
    kinds: ['attention'],
  },
  candidate: {
    name: 'candidate',
    argument: '<text>',
    help: 'the token to follow (default: the most probable one)',
    kinds: ['lens'],
  },
};

/** Options that shape a single distribution; `SEARCH` has those of a search. */
const SHAPING: readonly OptionName[] = ['repetitionPenalty', 'frequencyPenalty', 'presencePenalty', ...SAMPLING];
const SEARCH: readonly OptionName[] = [
  'numBeams',
  'numBeamGroups',
  'diversityPenalty',
  'lengthPenalty',
  'earlyStopping',
  'maxNewTokens',
  'minNewTokens',
  'noRepeatNgramSize',
  'repetitionPenalty',
];
const DECODING: Partial<Record<FigureKind, readonly OptionName[]>> = { next: SHAPING, stages: SHAPING, beams: SEARCH };

/** Defaults of a search that fits on a page. */
const BEAMS: GenerationConfig = { numBeams: 3, maxNewTokens: 8 };
const CANDIDATES = 10;

/** What is wrong with a request, as a sentence for its author. */
export class PictureError extends Error {
  override name = 'PictureError';
}

/** The options of a kind of picture, in the order of the help. */
function optionNames(kind: FigureKind): string[] {
  const own = Object.values(OWN).filter(({ kinds }) => kinds.includes(kind));
  const decoding = (DECODING[kind] ?? []).flatMap((name) => spelledName(name) ?? []);
  const names = own.map(({ name }) => name);
  return [...names, ...decoding.filter((name) => !names.includes(name))];
}

/** All options of pictures that are not decoding's, for the help. */
export const PICTURE_OPTIONS: readonly PictureOption[] = Object.values(OWN);

/** All options of decoding that some picture uses. */
export const PICTURE_DECODING: readonly OptionName[] = [...new Set([...SHAPING, ...SEARCH])];

/**
 * Parses a request from words such as `next`, `top-k=5`, `bos`.
 * @throws PictureError when a word is unknown or a value invalid
 */
export function readRequest(kind: string, words: readonly string[], text: string): FigureRequest {
  if (!isKind(kind)) {
    const kinds = Object.keys(KINDS).join(', ');
    throw new PictureError(l10n.t('There is no picture called “{0}”. There are: {1}.', kind, kinds));
  }
  if (text === '') throw new PictureError(l10n.t('There is no text to draw.'));
  const given = new Map(words.map(splitWord));
  const known = optionNames(kind);
  const unknown = [...given.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new PictureError(
      known.length > 0
        ? l10n.t('{0} has no option “{1}”. It has: {2}.', kind, unknown, known.join(', '))
        : l10n.t('{0} has no options, and so no “{1}”.', kind, unknown),
    );
  }
  const decoding = readDecoding(kind, given);
  return {
    kind,
    text,
    bos: kind === 'surprisal' || readFlag(given, 'bos'),
    colour: readColour(given.get('colour')),
    count: readCount(given, kind === 'words' ? 'count' : kind === 'next' ? 'top-k' : '') ?? CANDIDATES,
    layer: readCount(given, 'layer'),
    head: readCount(given, 'head'),
    ...(given.has('candidate') && { candidate: given.get('candidate') }),
    decoding,
    settings: Object.fromEntries(
      [...given].map(([name, value]) => [name, value === '' || value === 'true' ? true : value]),
    ),
  };
}

/** Splits the rest of a fence's info string: `top-k=5 candidate=" very"`. Quotation marks keep spaces together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/[^\s="]+(?:="[^"]*"|=[^\s"]*)?/g)].map(([word]) => word.replaceAll('"', ''));
}

function splitWord(word: string): [name: string, value: string] {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}

function isKind(word: string): word is FigureKind {
  return Object.hasOwn(KINDS, word);
}

function readDecoding(kind: FigureKind, given: ReadonlyMap<string, string>): GenerationConfig {
  const config: Partial<Record<OptionName, unknown>> = kind === 'beams' ? { ...BEAMS } : {};
  for (const [spelled, value] of given) {
    if (OWN[spelled]?.kinds.includes(kind) && spelled !== 'keep-top-k') continue;
    const name = spelled === 'keep-top-k' ? 'topK' : optionSpelled(spelled);
    if (name === undefined) continue;
    try {
      config[name] = readOption(name, value === '' ? 'true' : value);
    } catch (error) {
      throw new PictureError(`${spelled} ${(error as Error).message}.`);
    }
  }
  if (kind === 'beams' && config.numBeams === 1) throw new PictureError('num-beams must be an integer of at least 2.');
  checkTogether(config as GenerationConfig);
  return config as GenerationConfig;
}

/** Rejects contradicting options, whatever the text, under the names that the author used. */
function checkTogether(config: GenerationConfig): void {
  const asked = config.numBeams === undefined ? { ...config, doSample: true } : config;
  try {
    validate(asked);
    resolve(asked, { promptLength: 1, vocabSize: Number.POSITIVE_INFINITY, eosTokenId: 0 });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new PictureError(error.spelled((name) => spelledName(name) ?? name));
  }
}

function readFlag(given: ReadonlyMap<string, string>, name: string): boolean {
  const value = given.get(name);
  if (value === undefined || value === 'false') return false;
  if (value === '' || value === 'true') return true;
  throw new PictureError(l10n.t('{0} must be true or false.', name));
}

function readColour(value: string | undefined): TokenColour {
  if (value === undefined) return 'boundary';
  if (value === 'boundary' || value === 'rank' || value === 'surprisal') return value;
  throw new PictureError(l10n.t('{0} must be one of {1}.', 'colour', 'boundary, rank, surprisal'));
}

/** A whole number from 1, or `null` where none was given. */
function readCount(given: ReadonlyMap<string, string>, name: string): number | null {
  const text = given.get(name);
  if (text === undefined) return null;
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new PictureError(l10n.t('{0} must be a whole number from 1 on.', name));
  }
  return value;
}
