import { glyphsOf } from '../../core/tokenizer/glyphs';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** The model's tokens by id, as the host sent them: byte strings with one UTF-16 unit for each byte. */
export class Vocabulary {
  readonly #byteStrings: readonly string[];
  /** The ids that are no tokens: padding, and those of a server's that it has not named yet. */
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

  /** The token decoded on its own; U+FFFD stands for a part of a character. */
  text(id: number): string {
    return utf8.decode(this.bytes(id));
  }

  /** The tokens' texts in order; a character that takes several tokens stands whole where its last token is. */
  texts(ids: readonly number[]): string[] {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const texts = ids.map((id) => decoder.decode(this.bytes(id), { stream: true }));
    return [...texts, decoder.decode()].filter((text) => text !== '');
  }

  /** The text of tokens that follow others; a character that those began is part of it. */
  textAfter(before: readonly number[], ids: readonly number[]): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (const id of before) decoder.decode(this.bytes(id), { stream: true });
    return ids.map((id) => decoder.decode(this.bytes(id), { stream: true })).join('') + decoder.decode();
  }

  /** What each token is drawn as beside its neighbours. */
  glyphs(ids: readonly number[]): string[] {
    return glyphsOf(ids.map((id) => this.bytes(id)));
  }

  /** Whether the bytes of these tokens together are whole characters, which alone can be put into a document. */
  isText(ids: readonly number[]): boolean {
    try {
      strictUtf8.decode(Uint8Array.from(ids.flatMap((id) => [...this.bytes(id)])));
      return true;
    } catch {
      return false;
    }
  }
}
