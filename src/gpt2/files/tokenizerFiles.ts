import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { TOKENIZER_FILES, TokenizerError, type TokenizerFile, type TokenizerFiles } from '../../core/tokenizer';
import { openFile } from './byteSource';

/** Limit per file; the largest real ones, with 250,000 tokens, take 35 MB. */
const MOST_BYTES = 100_000_000;

/** Files of unsupported tokenizers, and their kind. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^(?:tokenizer|spiece|sentencepiece.*)\.model$|\.spm$/, 'a SentencePiece vocabulary'],
  [/\.tiktoken$/, 'a vocabulary of tiktoken'],
  [/^vocab\.txt$/, 'a WordPiece vocabulary, as BERT has'],
];

/**
 * Reads a folder's tokenizer files; undefined where there are none.
 * @throws TokenizerError for an unsupported kind or a file that is too large; UnsupportedModelError where a file cannot
 * be read
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles | undefined> {
  const names = await readdir(folder);
  if (!hasVocabulary(names)) {
    for (const [pattern, what] of FOREIGN) {
      const found = names.find((name) => pattern.test(name));
      if (found) {
        throw new TokenizerError(
          l10n.t('{0} is {1}; GPT-2s have byte-level BPE: tokenizer.json, or vocab.json and merges.txt.', found, what),
        );
      }
    }
    return undefined;
  }
  const files: Partial<Record<TokenizerFile, string>> = {};
  for (const name of TOKENIZER_FILES.filter((each) => names.includes(each))) {
    files[name] = await readText(join(folder, name));
  }
  return files;
}

const VOCABULARIES: readonly TokenizerFile[] = ['tokenizer.json', 'vocab.json', 'merges.txt'];

/** Whether a file with tokens is among the names; tokenizers of every kind have settings and special tokens. */
export function hasVocabulary(names: readonly string[]): boolean {
  return VOCABULARIES.some((each) => names.includes(each));
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

async function readText(path: string): Promise<string> {
  const file = await openFile(path);
  try {
    if (file.size > MOST_BYTES) {
      throw new TokenizerError(l10n.t("{0} is larger than {1} MB: it is no tokenizer's.", file.name, MOST_BYTES / 1e6));
    }
    return UTF8.decode(await file.read(0, file.size));
  } finally {
    await file.close();
  }
}
