import * as l10n from '@vscode/l10n';
import { gpt2Tokenizer } from './gpt2';
import { readTokenizer, type TokenizerFiles } from './read/readTokenizer';
import { type StreamDecoder, type Token, type Tokenizer, TokenizerError } from './tokenizer';

/** What a model's tokenizer is made from: plain data, so that it can go to another process. */
export interface TokenizerSource {
  /** Absent where the model came without. */
  readonly files?: TokenizerFiles;
  /** How many tokens the model has. */
  readonly rows: number;
  /** The end of a text by the model's config. */
  readonly endOfText?: number;
}

/** Rows that a model with GPT-2's own tokenizer may have: added tokens, and padding to a multiple of some power of two. */
const MOST_GPT2_ROWS = 51_200;

/**
 * The tokenizer that a model was trained with. Without files it is GPT-2's own, if that fits the number of tokens.
 * @throws TokenizerError that names what of the files is not taken, or does not fit the model
 */
export function tokenizerOf({ files, rows, endOfText }: TokenizerSource): Tokenizer {
  if (files) return readTokenizer(files, { rows, endOfText });
  const gpt2 = gpt2Tokenizer();
  return rows >= gpt2.size && rows < MOST_GPT2_ROWS ? gpt2 : new UnknownTokenizer(rows);
}

/** The tokenizer of a model that came without: ids can be read and written, texts cannot. Tokens have no bytes. */
class UnknownTokenizer implements Tokenizer {
  readonly endOfText = undefined;
  readonly opening: readonly number[] = [];
  readonly start: readonly number[] = [];
  readonly gaps: readonly number[] = [];

  constructor(readonly size: number) {}

  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.size;
  }

  isSpecial(): boolean {
    return false;
  }

  encode(text: string): number[] {
    this.#refuse(text);
    return [];
  }

  tokenize(text: string): Token[] {
    this.#refuse(text);
    return [];
  }

  decode(): string {
    return '';
  }

  decodeBytes(): Uint8Array {
    return new Uint8Array();
  }

  tokenBytes(): Uint8Array {
    return new Uint8Array();
  }

  tokenText(): string {
    return '';
  }

  display(id: number): string {
    return `#${id}`;
  }

  streamDecoder(): StreamDecoder {
    return { push: () => '', end: () => '' };
  }

  tokensWithPrefix(): number[] {
    return [];
  }

  tokensThatArePrefixOf(): number[] {
    return [];
  }

  #refuse(text: string): void {
    if (text === '') return;
    throw new TokenizerError(
      l10n.t(
        'The model has {0} tokens and came without its tokenizer. Put the tokenizer.json that it was trained with, or vocab.json and merges.txt, beside its weights.',
        this.size.toLocaleString('en'),
      ),
    );
  }
}
