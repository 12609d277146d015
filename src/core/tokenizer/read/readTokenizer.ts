import * as l10n from '@vscode/l10n';
import type { AddedToken } from '../addedTokens';
import { BytePairEncoding, type BytePairEncodingParts } from '../bytePairEncoding';
import { BytePairTokenizer, type Template } from '../bytePairTokenizer';
import { ALPHABET, type ByteString, unspell, utf8ByteString } from '../bytes';
import type { Normalizer } from '../normalizers';
import type { PreTokenizer } from '../preTokenizers';
import { type Tokenizer, TokenizerError } from '../tokenizer';
import { Vocabulary } from '../vocabulary';
import { AddedTokenList, addedTokenOf, specialTokensOf } from './addedTokenList';
import { flagOf, idOf, type JsonObject, listOf, objectOf, parseObject } from './json';
import { type PairMerges, pairsOf, pairsOfLines, readMerges } from './merges';
import { readNormalizer } from './normalizer';
import { readPreTokenizer } from './preTokenizer';
import { readTemplate } from './template';

/** The files that a tokenizer may consist of, as Hugging Face names them. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
  'special_tokens_map.json',
  'tokenizer_config.json',
] as const;

export type TokenizerFile = (typeof TOKENIZER_FILES)[number];

/** The contents of those that are there. */
export type TokenizerFiles = Readonly<Partial<Record<TokenizerFile, string>>>;

export interface ReadOptions {
  /** How many tokens the model knows. Added tokens beyond are read as ordinary text. */
  readonly rows?: number;
  /** The end of a text where the tokenizer's files name none. */
  readonly endOfText?: number;
}

/** The common result of both file formats. */
interface Read {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: PairMerges;
  readonly ignoreMerges: boolean;
  readonly unknown?: { readonly token: string; readonly fuse: boolean };
  readonly added: readonly AddedToken[];
  readonly normalizer?: Normalizer;
  readonly preTokenizer?: PreTokenizer;
  readonly template?: Template;
}

/**
 * A byte-level BPE tokenizer from its files: `tokenizer.json`, or `vocab.json` with `merges.txt`. Ids, texts and spans
 * are those of Hugging Face's `tokenizers`; where transformers reads `tokenizer_config.json` besides (add_prefix_space,
 * tokens that are added), those of transformers.
 * @throws TokenizerError that names what is not taken, or is missing or wrong
 */
export function readTokenizer(files: TokenizerFiles, options: ReadOptions = {}): Tokenizer {
  const names = readNames(files);
  const read =
    files['tokenizer.json'] !== undefined ? readJson(files['tokenizer.json'], names) : readPair(files, names);
  const end = names.special.get('eos_token') ?? specialTokensOf(names.map).get('eos_token');
  return build(read, end?.content, options);
}

/** What the files beside the vocabulary say of its tokens. */
interface Names {
  /** `tokenizer_config.json` */
  readonly config: JsonObject;
  /** `special_tokens_map.json` */
  readonly map: JsonObject;
  /** `added_tokens_decoder` of the config */
  readonly decoder?: unknown;
  readonly special: ReadonlyMap<string, Omit<AddedToken, 'id'>>;
  /** `added_tokens.json` */
  readonly added: JsonObject;
}

/** What transformers' class of GPT-2's tokenizer marks with its own token where nothing else is named. */
const GPT2_NAMES = ['bos_token', 'eos_token', 'unk_token'];
const GPT2_MARK = '<|endoftext|>';

/** Where the config itself has the added tokens, transformers does not look at the files that older versions wrote. */
function readNames(files: TokenizerFiles): Names {
  const config = readOptional(files, 'tokenizer_config.json');
  const map = readOptional(files, 'special_tokens_map.json');
  const decoder = config.added_tokens_decoder ?? undefined;
  if (decoder !== undefined) return { config, map, decoder, special: specialTokensOf(config), added: {} };
  return { config, map, special: specialTokensOf(map, config), added: readOptional(files, 'added_tokens.json') };
}

/** Where a `tokenizer_config.json` names no class, transformers takes that of the model. */
function isOfGpt2Class({ tokenizer_class: name }: JsonObject): boolean {
  return name === undefined || name === 'GPT2Tokenizer' || name === 'GPT2TokenizerFast';
}

function addNames(list: AddedTokenList, { config, decoder, special, added }: Names): void {
  if (decoder !== undefined) list.addAll(decoder);
  list.addByName(added, new Set([...special.values()].map(({ content }) => content)));
  for (const token of special.values()) list.addNamed(token);
  if (isOfGpt2Class(config) && GPT2_NAMES.some((name) => !special.has(name))) list.addMark(GPT2_MARK);
}

function readOptional(files: TokenizerFiles, name: TokenizerFile): JsonObject {
  const text = files[name];
  return text === undefined ? {} : parseObject(name, text);
}

function readJson(text: string, names: Names): Read {
  const json = parseObject('tokenizer.json', text);
  if (json.version !== undefined && json.version !== '1.0') {
    throw new TokenizerError(
      l10n.t('tokenizer.json has version {0}; Inkling reads version 1.0.', JSON.stringify(json.version)),
    );
  }
  if (json.model === undefined || json.model === null) throw new TokenizerError(l10n.t('tokenizer.json has no model.'));
  const model = objectOf('model', json.model);
  refuseOtherModels(model);
  const vocabulary = readVocabulary('tokenizer.json', objectOf('model.vocab', model.vocab));
  refuseByteTokens(model, vocabulary);
  const merges = readMerges(pairsOf(listOf('model.merges', model.merges)), vocabulary, 'tokenizer.json');
  const normalizer = readNormalizer(json.normalizer);
  const { add_prefix_space: space } = names.config;
  // The class of GPT-2's tokenizer has its own default, whatever tokenizer.json says.
  const isGpt2 = Object.keys(names.config).length > 0 && isOfGpt2Class(names.config);
  const addPrefixSpace = typeof space === 'boolean' ? space : isGpt2 ? false : undefined;
  const preTokenizer = readPreTokenizer(json.pre_tokenizer, addPrefixSpace);
  requireByteLevelDecoder(json.decoder);
  const list = new AddedTokenList(vocabulary);
  for (const value of listOf('added_tokens', json.added_tokens ?? [])) list.add(addedTokenOf(value));
  addNames(list, names);
  return {
    vocabulary,
    merges,
    ignoreMerges: flagOf('ignore_merges', model.ignore_merges, false),
    ...(typeof model.unk_token === 'string' && {
      unknown: { token: model.unk_token, fuse: flagOf('fuse_unk', model.fuse_unk, false) },
    }),
    added: list.tokens,
    normalizer,
    preTokenizer,
    template: readTemplate(json.post_processor),
  };
}

function refuseOtherModels(model: JsonObject): void {
  if (model.type !== undefined && model.type !== 'BPE') {
    throw new TokenizerError(l10n.t("The tokenizer's model is {0}; GPT-2s have byte-level BPE.", String(model.type)));
  }
  if (model.merges === undefined) {
    throw new TokenizerError(l10n.t("The tokenizer's model is no BPE: it has no merges."));
  }
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (typeof model[affix] === 'string' && model[affix] !== '') {
      throw new TokenizerError(
        l10n.t('The tokenizer is not byte-level: it has the {0} {1}.', affix, JSON.stringify(model[affix])),
      );
    }
  }
}

/** Those of sentencepiece fall back to tokens for bytes; a byte-level tokenizer has no use for them. */
function refuseByteTokens(model: JsonObject, vocabulary: ReadonlyMap<string, number>): void {
  if (model.byte_fallback === true && vocabulary.has('<0x0A>')) {
    throw new TokenizerError(
      l10n.t('The tokenizer is not byte-level: it has byte_fallback, as those of sentencepiece.'),
    );
  }
}

function requireByteLevelDecoder(value: unknown): void {
  const json = value === null || value === undefined ? {} : objectOf('decoder', value);
  if (json.type !== 'ByteLevel') {
    throw new TokenizerError(
      l10n.t('The tokenizer is not byte-level: its decoder is {0}.', String(json.type ?? l10n.t('missing'))),
    );
  }
}

function readPair(files: TokenizerFiles, names: Names): Read {
  const { 'vocab.json': vocab, 'merges.txt': lines } = files;
  if (vocab === undefined || lines === undefined) {
    const missing =
      vocab === undefined && lines === undefined ? 'tokenizer.json' : lines === undefined ? 'merges.txt' : 'vocab.json';
    throw new TokenizerError(l10n.t('The tokenizer has no {0}.', missing));
  }
  const vocabulary = readVocabulary('vocab.json', parseObject('vocab.json', vocab));
  const merges = readMerges(pairsOfLines(lines), vocabulary, 'merges.txt');
  const list = new AddedTokenList(vocabulary);
  addNames(list, names);
  const { config, special } = names;
  const first = config.add_bos_token === true ? (special.get('bos_token')?.content ?? GPT2_MARK) : undefined;
  const before = list.tokens.filter(({ content }) => content === first).map(({ id }) => id);
  return {
    vocabulary,
    merges,
    ignoreMerges: false,
    added: list.tokens,
    template: { before, after: [] },
    preTokenizer: readPreTokenizer({ type: 'ByteLevel', add_prefix_space: config.add_prefix_space === true }),
  };
}

/** @throws TokenizerError that names a token with an id that is none, or is another's */
function readVocabulary(file: string, json: JsonObject): ReadonlyMap<string, number> {
  const vocabulary = new Map<string, number>();
  const taken: (string | undefined)[] = [];
  for (const [token, value] of Object.entries(json)) {
    const id = idOf(token, value);
    if (taken[id] !== undefined) {
      const both = `${JSON.stringify(taken[id])} and ${JSON.stringify(token)}`;
      throw new TokenizerError(l10n.t('{0} gives {1} the same id, {2}.', file, both, id));
    }
    taken[id] = token;
    vocabulary.set(token, id);
  }
  return vocabulary;
}

function build(read: Read, endOfTextToken: string | undefined, { rows = Infinity, endOfText }: ReadOptions): Tokenizer {
  const { vocabulary, merges, ignoreMerges } = read;
  const added = read.added.filter(({ id }) => id < rows);
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const displays: string[] = [];
  for (const [token, id] of vocabulary) displays[id] = token;
  for (const { id, content } of added) displays[id] = content;
  const symbols = ALPHABET.map((character) => vocabulary.get(character));
  const made = new Set([...symbols, ...merges.results]);
  const beyond = [...made].find((id) => id !== undefined && id >= rows);
  if (beyond !== undefined) {
    throw new TokenizerError(
      l10n.t(
        'The tokenizer has the token {0} with the id {1}, but the model has only {2} tokens: they are not made for each other.',
        JSON.stringify(displays[beyond]),
        beyond,
        rows.toLocaleString('en'),
      ),
    );
  }
  const byteStrings: (ByteString | undefined)[] = Array.from(
    displays.slice(0, Math.min(rows, displays.length)),
    (token) => (token === undefined ? undefined : (unspell(token) ?? utf8ByteString(token))),
  );
  const whole = new Map<ByteString, number>();
  for (const [token, id] of vocabulary) {
    const bytes = unspell(token);
    if (bytes !== undefined && id < rows) whole.set(bytes, id);
  }
  const ordinary = new Map<ByteString, number>();
  for (const id of [...(ignoreMerges ? whole.values() : made), ...added.map((token) => token.id)]) {
    if (id !== undefined && !special.has(id)) ordinary.set(byteStrings[id] as ByteString, id);
  }
  return new BytePairTokenizer({
    vocabulary: new Vocabulary(byteStrings, ordinary, displays),
    model: new BytePairEncoding({
      symbols,
      merges,
      ...(ignoreMerges && { whole: (piece: ByteString) => whole.get(piece) }),
      ...unknownOf(read, symbols),
    }),
    added,
    endOfText: endOf(displays.slice(0, byteStrings.length), endOfTextToken, endOfText, made),
    allowSpecial: true,
    template: read.template && templateFor(read.template, rows, displays),
    normalizer: read.normalizer,
    preTokenizer: read.preTokenizer,
  });
}

/** Tokens that the model does not know are left out, as they are read as text elsewhere. */
function templateFor({ before, after }: Template, rows: number, names: readonly (string | undefined)[]): Template {
  const known = (ids: readonly number[]) => ids.filter((id) => id < rows);
  const template = { before: known(before), after: known(after) };
  const nameless = [...template.before, ...template.after].find((id) => names[id] === undefined);
  if (nameless !== undefined) {
    const shown = JSON.stringify(`#${nameless}`);
    throw new TokenizerError(l10n.t('The token {0} has the id {1}, which is no id of a token.', shown, nameless));
  }
  return template;
}

function unknownOf(
  { unknown, vocabulary }: Read,
  symbols: readonly (number | undefined)[],
): Pick<BytePairEncodingParts, 'unknown'> {
  if (!unknown || symbols.every((id) => id !== undefined)) return {};
  const id = vocabulary.get(unknown.token);
  if (id === undefined) {
    throw new TokenizerError(
      l10n.t("The tokenizer's unk_token {0} is not in its vocabulary.", JSON.stringify(unknown.token)),
    );
  }
  return { unknown: { id, fuse: unknown.fuse } };
}

/** The token that the files name, the one that the model's config names if it marks something, or GPT-2's. */
function endOf(
  names: readonly (string | undefined)[],
  name: string | undefined,
  configured: number | undefined,
  made: ReadonlySet<number | undefined>,
): number | undefined {
  const idNamed = (token: string | undefined) => (token === undefined ? -1 : names.indexOf(token));
  const marks = (id: number | undefined) => id !== undefined && names[id] !== undefined && !made.has(id);
  const named = idNamed(name);
  return named >= 0 ? named : [configured, idNamed('<|endoftext|>')].find(marks);
}
