import { glyphsOf } from '../../core/tokenizer/glyphs';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** The model's tokens by id, as sent by the host: byte strings with one UTF-16 unit per byte. */
export class Vocabulary {
  readonly #byteStrings: readonly string[];
  /** Ids without a token: padding, and tokens that a server has not named yet. */
  readonly gaps: readonly number[];

  constructor(byteStrings: readonly string[]) {
    this.#byteStrings = byteStrings;
    this.gaps = [...byteStrings.keys()].filter((id) => !this.has(id));
  }

  get size(): number {
    return this.#byteStrings.length;
  }

  has(id: number): boolean {
    return (this.#byteStrings[id] ?? '') !== '';
  }

  bytes(id: number): Uint8Array {
    return Uint8Array.from(this.#byteStrings[id] ?? '', (unit) => unit.charCodeAt(0));
  }

  /** The token decoded on its own; incomplete characters become U+FFFD. */
  text(id: number): string {
    return utf8.decode(this.bytes(id));
  }

  /** The tokens' texts in order; a character split over several tokens appears with the last of them. */
  texts(ids: readonly number[]): string[] {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const texts = ids.map((id) => decoder.decode(this.bytes(id), { stream: true }));
    return [...texts, decoder.decode()].filter((text) => text !== '');
  }

  /** The text that tokens add after others, including a character that those began. */
  textAfter(before: readonly number[], ids: readonly number[]): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (const id of before) decoder.decode(this.bytes(id), { stream: true });
    return ids.map((id) => decoder.decode(this.bytes(id), { stream: true })).join('') + decoder.decode();
  }

  /** How to display each token beside its neighbours. */
  glyphs(ids: readonly number[]): string[] {
    return glyphsOf(ids.map((id) => this.bytes(id)));
  }

  /** Whether these tokens' bytes form whole characters, which an insertion into a document requires. */
  isText(ids: readonly number[]): boolean {
    try {
      strictUtf8.decode(Uint8Array.from(ids.flatMap((id) => [...this.bytes(id)])));
      return true;
    } catch {
      return false;
    }
  }
}
