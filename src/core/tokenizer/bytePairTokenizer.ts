import * as l10n from '@vscode/l10n';
import { type AddedToken, AddedTokenMatcher } from './addedTokens';
import { AlignedText } from './alignedText';
import type { BytePairEncoding, Word } from './bytePairEncoding';
import { utf8ByteString, utf8Length } from './bytes';
import type { Normalizer } from './normalizers';
import { splitPieces } from './pieces';
import { byteOffsets, placesOf, spansOf } from './places';
import type { Piece, PreTokenizer } from './preTokenizers';
import { type EncodeOptions, type StreamDecoder, type Token, type Tokenizer, TokenizerError } from './tokenizer';
import { utf8Decoder, type Vocabulary } from './vocabulary';

/** Tokens that are put around every text. */
export interface Template {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface BytePairTokenizerParts {
  readonly vocabulary: Vocabulary;
  readonly model: BytePairEncoding;
  readonly added: readonly AddedToken[];
  readonly endOfText?: number;
  /** Whether special tokens in a text are recognised by default. */
  readonly allowSpecial: boolean;
  readonly template?: Template;
  readonly normalizer?: Normalizer;
  /** GPT-2's own, without a space put first, unless given. */
  readonly preTokenizer?: PreTokenizer;
}

/** A stretch of the text as the model is given it. */
type Part =
  | { readonly token: AddedToken; readonly from: number; readonly to: number; readonly found: string }
  | { readonly piece: Piece };

const NO_TEMPLATE: Template = { before: [], after: [] };

/** Byte-level BPE, as GPT-2 and Hugging Face's `tokenizers` do it. */
export class BytePairTokenizer implements Tokenizer {
  readonly endOfText: number | undefined;
  readonly #parts: BytePairTokenizerParts;
  readonly #vocabulary: Vocabulary;
  readonly #model: BytePairEncoding;
  readonly #template: Template;
  readonly #special: ReadonlySet<number>;
  /** Matchers of added tokens: first in the original text, then in the normalised text. */
  readonly #matcher: AddedTokenMatcher;
  readonly #normalizedMatcher: AddedTokenMatcher;
  /** Whether the tokens of a text spell it, so that their lengths are their places. */
  readonly #isPlain: boolean;

  constructor(parts: BytePairTokenizerParts) {
    const { vocabulary, model, added, normalizer, preTokenizer } = parts;
    this.#parts = parts;
    this.#vocabulary = vocabulary;
    this.#model = model;
    this.#template = parts.template ?? NO_TEMPLATE;
    this.endOfText = parts.endOfText;
    this.#special = new Set(added.filter(({ special }) => special).map(({ id }) => id));
    const [inText, inNormalized] = [false, true].map((is) => added.filter(({ normalized }) => normalized === is));
    const normalizedContent = (content: string) => {
      const text = normalizer?.(new AlignedText(content, 0)).text ?? content;
      if (text !== '') return text;
      throw new TokenizerError(
        l10n.t('Nothing is left of the added token {0} once it is normalized.', JSON.stringify(content)),
      );
    };
    this.#matcher = new AddedTokenMatcher(inText.map((token) => [token.content, token]));
    this.#normalizedMatcher = new AddedTokenMatcher(
      inNormalized.map((token) => [normalizedContent(token.content), token]),
    );
    this.#isPlain =
      normalizer === undefined &&
      preTokenizer === undefined &&
      model.isLossless &&
      added.every(
        ({ id, content, lstrip, rstrip }) =>
          !lstrip && !rstrip && vocabulary.byteStringOf(id) === utf8ByteString(content),
      );
  }

  get size(): number {
    return this.#vocabulary.size;
  }

  get opening(): readonly number[] {
    return this.#template.before;
  }

  get start(): readonly number[] {
    if (this.opening.length > 0) return this.opening;
    // Without an end-of-text token a text begins as behind a line break.
    return this.endOfText === undefined ? this.encode('\n').slice(0, 1) : [this.endOfText];
  }

  get gaps(): readonly number[] {
    return this.#vocabulary.gaps;
  }

  has(id: number): boolean {
    return this.#vocabulary.has(id);
  }

  isSpecial(id: number): boolean {
    return this.#special.has(id);
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    const { before, after } = options.template ? this.#template : NO_TEMPLATE;
    const ids = [...before];
    if (this.#isPlain) this.#encodePlain(text, options, ids);
    else {
      for (const part of this.#parse(wellFormed(text), options)) {
        if ('token' in part) ids.push(part.token.id);
        else for (const id of this.#word(part.piece).ids) ids.push(id);
      }
    }
    ids.push(...after);
    return ids;
  }

  tokenize(text: string, options: EncodeOptions = {}): Token[] {
    const { before, after } = options.template ? this.#template : NO_TEMPLATE;
    const tokens = before.map((id) => this.#token(id, [0, 0], [0, 0]));
    if (this.#isPlain) this.#placePlain(text, options, tokens);
    else this.#place(wellFormed(text), options, tokens);
    const end = after.length > 0 ? byteLength(text) : 0;
    for (const id of after) tokens.push(this.#token(id, [end, end], [text.length, text.length]));
    return tokens;
  }

  decode(ids: readonly number[]): string {
    return this.#vocabulary.decode(ids);
  }

  decodeBytes(ids: readonly number[]): Uint8Array {
    return this.#vocabulary.decodeBytes(ids);
  }

  tokenBytes(id: number): Uint8Array {
    return this.#vocabulary.tokenBytes(id);
  }

  tokenText(id: number): string {
    return this.#vocabulary.tokenText(id);
  }

  display(id: number): string {
    return this.#vocabulary.display(id);
  }

  streamDecoder(): StreamDecoder {
    const decoder = utf8Decoder();
    return {
      push: (id) => decoder.decode(this.#vocabulary.tokenBytes(id), { stream: true }),
      end: () => decoder.decode(),
    };
  }

  tokensWithPrefix(bytes: Uint8Array): number[] {
    return this.#vocabulary.tokensWithPrefix(bytes);
  }

  tokensThatArePrefixOf(bytes: Uint8Array): number[] {
    return this.#vocabulary.tokensThatArePrefixOf(bytes);
  }

  #token(id: number, bytes: Token['bytes'], utf16: Token['utf16']): Token {
    return { id, text: this.tokenText(id), display: this.display(id), bytes, utf16 };
  }

  #encodePlain(text: string, { allowSpecial = this.#parts.allowSpecial }: EncodeOptions, ids: number[]): void {
    const split = (whole: string, matcher: AddedTokenMatcher, rest: (stretch: string) => void): void => {
      for (const { from, to, token } of matcher.split(whole, allowSpecial)) {
        if (token) ids.push(token.id);
        else rest(to - from === whole.length ? whole : whole.slice(from, to));
      }
    };
    split(text, this.#matcher, (part) =>
      split(part, this.#normalizedMatcher, (stretch) => {
        for (const piece of splitPieces(stretch)) {
          for (const id of this.#model.encode(piece).ids) ids.push(id);
        }
      }),
    );
  }

  #placePlain(text: string, options: EncodeOptions, tokens: Token[]): void {
    const ids: number[] = [];
    this.#encodePlain(text, options, ids);
    const vocabulary = this.#vocabulary;
    // The character under the cursor: its first UTF-16 unit and byte, and those after it.
    let unit = 0;
    let nextUnit = 0;
    let nextByte = 0;
    let end = 0;
    for (const id of ids) {
      const start = end;
      end += vocabulary.byteStringOf(id).length;
      // The character in which the token begins may have begun in the one before it.
      let from = unit;
      for (let isFirst = nextByte <= start; isFirst || nextByte < end; isFirst = false) {
        const codePoint = text.codePointAt(nextUnit) as number;
        unit = nextUnit;
        if (isFirst) from = unit;
        nextUnit += codePoint > 0xffff ? 2 : 1;
        nextByte += utf8Length(codePoint);
      }
      tokens.push({
        id,
        text: vocabulary.tokenText(id),
        display: vocabulary.display(id),
        bytes: [start, end],
        utf16: [from, nextUnit],
      });
    }
  }

  #place(text: string, options: EncodeOptions, tokens: Token[]): void {
    const byteAt = byteOffsets(text);
    for (const part of this.#parse(text, options)) {
      if ('token' in part) {
        const { token, from, to, found } = part;
        const placed = this.#token(token.id, [byteAt[from], byteAt[to]], [from, to]);
        // Displayed with the white space that became part of it, as in the original text.
        tokens.push({ ...placed, display: found });
        continue;
      }
      const word = this.#word(part.piece);
      const places = placesOf(part.piece, text, byteAt);
      spansOf(word, this.#vocabulary).forEach(([from, to], i) => {
        const [first, last] = [places[from], places[to - 1]];
        const bytes = [first.byte, last.nextByte] as const;
        tokens.push(this.#token(word.ids[i], bytes, [first.from, last.to]));
      });
    }
  }

  #word({ text, from, to, spaced }: Piece): Word {
    const own = text.text.slice(from, to);
    return this.#model.encode(spaced ? ` ${own}` : own);
  }

  *#parse(text: string, { allowSpecial = this.#parts.allowSpecial }: EncodeOptions): Generator<Part> {
    const { normalizer, preTokenizer } = this.#parts;
    for (const { from, to, token } of this.#matcher.split(text, allowSpecial)) {
      if (token) {
        yield { token, from, to, found: text.slice(from, to) };
        continue;
      }
      const own = new AlignedText(text.slice(from, to), from);
      const rewritten = normalizer?.(own) ?? own;
      for (const stretch of this.#normalizedMatcher.split(rewritten.text, allowSpecial)) {
        if (stretch.token) {
          const last = stretch.to - 1;
          yield {
            token: stretch.token,
            from: rewritten.start(stretch.from),
            to: rewritten.end(last, 1),
            found: rewritten.text.slice(stretch.from, stretch.to),
          };
        } else {
          const whole = { text: rewritten, from: stretch.from, to: stretch.to };
          for (const piece of preTokenizer?.(whole) ?? gpt2Pieces(whole)) yield { piece };
        }
      }
    }
  }
}

/** A text without lone surrogates, which have no UTF-8: U+FFFD, as long in UTF-16, takes their place. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) length += utf8Length(character.codePointAt(0) as number);
  return length;
}

function* gpt2Pieces({ text, from, to }: Piece): Generator<Piece> {
  let at = from;
  for (const part of splitPieces(text.text.slice(from, to))) {
    yield { text, from: at, to: at + part.length };
    at += part.length;
  }
}
