import type { Token } from './token';
import type { StreamDecoder, Tokenizer } from './tokenizer';
import { TokenizerError } from './tokenizerError';

/** The tokenizer of a model that came without: ids can be read and written, texts cannot. Tokens have no bytes. */
export class UnknownTokenizer implements Tokenizer {
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
      `The model has ${this.size.toLocaleString('en')} tokens and came without its tokenizer. Put the tokenizer.json that ` +
        'it was trained with, or vocab.json and merges.txt, beside its weights.',
    );
  }
}
