import { statSync } from 'node:fs';
import { gpt2Tokenizer, readTokenizer, type Tokenizer } from '../core/tokenizer';
import { readTokenizerFiles } from '../gpt2/files/tokenizerFiles';
import { UsageError } from './input';

/**
 * The tokenizer that `--tokenizer` names, or GPT-2's own.
 * @throws UsageError where there is no such folder, TokenizerError where what it holds cannot be read
 */
export async function openTokenizer(folder: string | undefined): Promise<Tokenizer> {
  if (folder === undefined) return gpt2Tokenizer();
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(
      `--tokenizer ${folder}: there is no such folder. Name one with tokenizer.json, or with vocab.json and merges.txt.`,
    );
  }
  const files = await readTokenizerFiles(folder);
  if (!files) {
    throw new UsageError(`--tokenizer ${folder}: it has no tokenizer.json, and no vocab.json with merges.txt.`);
  }
  return readTokenizer(files);
}
