import * as l10n from '@vscode/l10n';
import type { StreamDecoder, Token, Tokenizer } from '../../core/tokenizer';

/** Where an unknown tokenizer may cut: words with the space before them, numbers, signs, white space. */
const PIECES = / ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+/gu;

/** What models write at the ends of texts and turns, where a server does not leave it out. */
const SPECIAL = /^(?:<\|[\w-]+\|>|<\/?s>|<(?:eos|bos|pad|unk|(?:start|end)_of_turn)>)$/;

/**
 * The tokens of a server's model as far as they are known. Where it cuts texts as a tokenizer that is here, tokens have
 * that one's ids. All others get ids in the order in which they are met, above those; of a tokenizer that is not here,
 * all are met. Texts are then cut where most tokenizers would: it serves for places and lengths, not for what is sent.
 */
export class ServerVocabulary implements Tokenizer {
  /** The tokenizer that the server's model has too; undefined where that is not known. */
  readonly known: Tokenizer | undefined;
  readonly opening: readonly number[] = [];
  readonly gaps: readonly number[] = [];
  readonly endOfText: number;
  /** Stands for all tokens that the server has not named at a place. */
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

  /** The id of a token by its text. */
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

  /** Pieces that spell a text, as its tokens. */
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

  /** Those that are text. */
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

  /** @throws a RangeError for an id that no token has */
  #textMet(id: number): string {
    const text = this.#met[id - this.#offset];
    if (text === undefined) throw new RangeError(`There is no token ${id}: ${this.size} are known.`);
    return text;
  }
}
