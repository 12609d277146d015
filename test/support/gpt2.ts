import { type EncodeOptions, gpt2Tokenizer, type Token } from '../../src/core/tokenizer';
import { toByteString } from '../../src/core/tokenizer/bytes';
import { mergePairs } from '../../src/core/tokenizer/merge';

/** GPT-2's own tokenizer as plain functions. */
const gpt2 = gpt2Tokenizer();

export const VOCAB_SIZE = gpt2.size;
export const END_OF_TEXT = gpt2.endOfText as number;

export const encode = (text: string, options?: EncodeOptions): number[] => gpt2.encode(text, options);
export const tokenize = (text: string, options?: EncodeOptions): Token[] => gpt2.tokenize(text, options);
export const decode = (ids: readonly number[]): string => gpt2.decode(ids);
export const decodeBytes = (ids: readonly number[]): Uint8Array => gpt2.decodeBytes(ids);
export const tokenBytes = (id: number): Uint8Array => gpt2.tokenBytes(id);
export const tokenText = (id: number): string => gpt2.tokenText(id);
export const display = (id: number): string => gpt2.display(id);
export const tokensWithPrefix = (bytes: Uint8Array): number[] => gpt2.tokensWithPrefix(bytes);
export const tokensThatArePrefixOf = (bytes: Uint8Array): number[] => gpt2.tokensThatArePrefixOf(bytes);

/** GPT-2's merges as merges.txt has them: every token of several bytes is one, of the two that its bytes make without it. */
export function merges(): string[] {
  const spelled = Array.from({ length: END_OF_TEXT }, (_, id) => toByteString(tokenBytes(id)));
  const ids = new Map(spelled.map((bytes, id) => [bytes, id]));
  return spelled.slice(256).map((bytes, i) => {
    const own = 256 + i;
    const symbols = [...bytes].map((byte) => ids.get(byte) as number);
    const rankOf = (left: number, right: number) => {
      const known = ids.get(spelled[left] + spelled[right]);
      return known !== undefined && known < own ? known : undefined;
    };
    return mergePairs(symbols, { rankOf, result: (rank) => rank })
      .map(display)
      .join(' ');
  });
}
