import * as l10n from '@vscode/l10n';
import type { StreamDecoder, Token, Tokenizer } from '../../core/tokenizer';

/**
 * Approximate token boundaries for an unknown tokenizer: words with their leading space, numbers, punctuation, white
 * space.
 */
const PIECES = / ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+/gu;

/** Special tokens that models write at the end of texts and turns, where the server does not remove them. */
const SPECIAL = /^(?:<\|[\w-]+\|>|<\/?s>|<(?:eos|bos|pad|unk|(?:start|end)_of_turn)>)$/;

/**
 * The known part of a server's vocabulary. If a local tokenizer splits texts as the server does, tokens have its ids;
 * other tokens get ids above those in the order in which they appear. Without such a tokenizer, texts are split
 * approximately, which serves for positions and lengths only, never for what is sent.
 */
export class ServerVocabulary implements Tokenizer {
  /** The local tokenizer equal to the server's; undefined where none is known to be. */
  readonly known: Tokenizer | undefined;
  readonly opening: readonly number[] = [];
  readonly gaps: readonly number[] = [];
  readonly endOfText: number;
  /** Id that stands for all tokens that the server does not list. */
  readonly others: number;
  readonly #offset: number;
  readonly #met: string[] = [];
  readonly #ids = new Map<string, number>();

  constructor(known?: Tokenizer) {
    this.known = known;
    this.#offset = known?.size ?? 0;
    this.endOfText = known?.endOfText ?? this.#meet(l10n.t('(end of text)'));
    this.others = this.#meet(l10n.t('(all other tokens)'));
  }

  get size(): number {
    return this.#offset + this.#met.length;
  }

  get start(): readonly number[] {
    return [this.endOfText];
  }

  /** The id of a token by its text; assigns one to a new token. */
  idOf(text: string): number {
    const id = this.#ids.get(text);
    if (id !== undefined) return id;
    if (SPECIAL.test(text)) return this.#meet(text);
    const ids = this.known?.encode(text) ?? [];
    const found = ids.length === 1 ? ids[0] : undefined;
    if (found === undefined) return this.#meet(text);
    this.#ids.set(text, found);
    return found;
  }

  has(id: number): boolean {
    return id < this.#offset ? (this.known?.has(id) ?? false) : this.#met[id - this.#offset] !== undefined;
  }

  isSpecial(id: number): boolean {
    if (id === this.others || id === this.endOfText) return true;
    return id < this.#offset ? (this.known?.isSpecial(id) ?? false) : SPECIAL.test(this.#textMet(id));
  }

  encode(text: string): number[] {
    return this.tokenize(text).map(({ id }) => id);
  }

  tokenize(text: string): Token[] {
    return this.known?.tokenize(text) ?? this.place(Array.from(text.matchAll(PIECES), ([piece]) => piece));
  }

  /** The pieces of a text as tokens with their spans. */
  place(pieces: readonly string[]): Token[] {
    let [byte, unit] = [0, 0];
    return pieces.map((text) => {
      const [from, start] = [byte, unit];
      byte += Buffer.byteLength(text);
      unit += text.length;
      const id = this.idOf(text);
      return { id, text, display: this.display(id), bytes: [from, byte], utf16: [start, unit] };
    });
  }

  decode(ids: readonly number[]): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.decodeBytes(ids));
  }

  decodeBytes(ids: readonly number[]): Uint8Array {
    return Buffer.concat(ids.map((id) => this.tokenBytes(id)));
  }

  tokenBytes(id: number): Uint8Array {
    return this.#isKnown(id) ? this.#here().tokenBytes(id) : new TextEncoder().encode(this.#textMet(id));
  }

  tokenText(id: number): string {
    return this.#isKnown(id) ? this.#here().tokenText(id) : this.#textMet(id);
  }

  display(id: number): string {
    return this.#isKnown(id) ? this.#here().display(id) : this.#textMet(id).replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ');
  }

  streamDecoder(): StreamDecoder {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id) => decoder.decode(this.tokenBytes(id), { stream: true }),
      end: () => decoder.decode(),
    };
  }

  tokensWithPrefix(bytes: Uint8Array): number[] {
    const prefix = Buffer.from(bytes);
    const met = this.#idsMet().filter((id) => prefix.equals(this.tokenBytes(id).subarray(0, prefix.length)));
    return [...(this.known?.tokensWithPrefix(bytes) ?? []), ...met];
  }

  tokensThatArePrefixOf(bytes: Uint8Array): number[] {
    const text = Buffer.from(bytes);
    const met = this.#idsMet().filter((id) => {
      const own = this.tokenBytes(id);
      return own.length < text.length && text.subarray(0, own.length).equals(own);
    });
    return [...(this.known?.tokensThatArePrefixOf(bytes) ?? []), ...met];
  }

  #meet(text: string): number {
    const id = this.size;
    this.#met.push(text);
    this.#ids.set(text, id);
    return id;
  }

  /** Ids of tokens with text. */
  #idsMet(): number[] {
    return this.#met.map((_, i) => this.#offset + i).filter((id) => !this.isSpecial(id));
  }

  #isKnown(id: number): boolean {
    return id < this.#offset;
  }

  #here(): Tokenizer {
    if (!this.known) throw new RangeError('There is no tokenizer.');
    return this.known;
  }

  /** @throws RangeError for an unknown id */
  #textMet(id: number): string {
    const text = this.#met[id - this.#offset];
    if (text === undefined) throw new RangeError(`There is no token ${id}: ${this.size} are known.`);
    return text;
  }
}
