import ranks from 'gpt-tokenizer/bpeRanks/r50k_base';
import { BytePairEncoding } from './bytePairEncoding';
import { BytePairTokenizer } from './bytePairTokenizer';
import { type ByteString, utf8ByteString } from './bytes';
import type { Tokenizer } from './tokenizer';
import { Vocabulary } from './vocabulary';

const END_OF_TEXT_MARKER = '<|endoftext|>';

let instance: Tokenizer | undefined;

/** GPT-2's own tokenizer. Built on first use, so that loading the module costs only the parsing of the ranks. */
export function gpt2Tokenizer(): Tokenizer {
  instance ??= build();
  return instance;
}

function build(): Tokenizer {
  const byteStrings: ByteString[] = ranks.map((entry) =>
    typeof entry === 'string' ? utf8ByteString(entry) : String.fromCharCode(...entry),
  );
  const ids = new Map(byteStrings.map((bytes, id) => [bytes, id]));
  const endOfText = byteStrings.length;
  const model = new BytePairEncoding({
    symbols: Array.from({ length: 256 }, (_, byte) => ids.get(String.fromCharCode(byte))),
    // An id is the rank of the merge that makes the token, and every pair that spells a token merges to it.
    merges: {
      rankOf: (left, right) => ids.get(byteStrings[left] + byteStrings[right]),
      result: (rank) => rank,
    },
    whole: (piece) => ids.get(piece),
  });
  return new BytePairTokenizer({
    vocabulary: new Vocabulary([...byteStrings, END_OF_TEXT_MARKER], ids),
    model,
    added: [
      {
        id: endOfText,
        content: END_OF_TEXT_MARKER,
        special: true,
        normalized: false,
        lstrip: false,
        rstrip: false,
        singleWord: false,
      },
    ],
    endOfText,
    allowSpecial: false,
  });
}
