import { ALPHABET } from '../../src/core/tokenizer/bytes';

/** Merges of a byte-level BPE for German, small enough to be read. */
const MERGES = [
  'e r',
  'e n',
  'd er',
  'Ġ der',
  'Ã ¤',
  'Ã ¼',
  'c h',
  'i ch',
  'Ġ M',
  'ĠM Ã¤',
  'Ġ w',
  'u n',
  'un d',
  'Ġ und',
];

export interface TinyTokenizerOptions {
  /** Tokens that begin the vocabulary, as `<s>`. */
  readonly first?: readonly string[];
  /** Special tokens after all others. */
  readonly added?: readonly string[];
}

/**
 * A byte-level BPE tokenizer as its files: `vocab.json` with `merges.txt`, or `tokenizer.json`.
 * @returns also how many tokens its table has, those in `added` not counted
 */
export function tinyTokenizer({ first = [], added = [] }: TinyTokenizerOptions = {}) {
  const tokens = [...first, ...ALPHABET, ...MERGES.map((merge) => merge.replace(' ', ''))];
  const vocabulary = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const special = [...first, ...added].map((content) => ({
    id: vocabulary[content] ?? tokens.length + added.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  return {
    size: tokens.length,
    pair: { 'vocab.json': json(vocabulary), 'merges.txt': Buffer.from(`#version: 0.2\n${MERGES.join('\n')}\n`) },
    single: {
      'tokenizer.json': json({
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: special,
        normalizer: null,
        pre_tokenizer: byteLevel,
        post_processor: byteLevel,
        decoder: byteLevel,
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: '',
          end_of_word_suffix: '',
          fuse_unk: false,
          byte_fallback: false,
          vocab: vocabulary,
          merges: MERGES,
        },
      }),
    },
  };
}
