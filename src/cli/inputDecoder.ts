import { TextDecoder } from 'node:util';

/** Bytes of a UTF-16 byte order mark. */
const MARK = 2;

/**
 * Decodes input that comes in parts: UTF-8, or UTF-16 where a byte order mark says so, as Windows writes it; without
 * that mark. Says on standard error, once, that a text is in neither: its numbers are those of what stands in for its
 * letters.
 */
export class InputDecoder {
  readonly #name: string;
  /** What has come, while it is too short to have a mark. */
  #first: Uint8Array = new Uint8Array(0);
  #decoder: TextDecoder | undefined;
  /** Throws where the text is not in UTF-8; undefined once that is said, and for UTF-16. */
  #checker: TextDecoder | undefined;

  /** @param name what the note calls the input */
  constructor(name: string) {
    this.#name = name;
  }

  /** @returns the text of the characters that this part completes */
  push(part: Uint8Array): string {
    if (this.#decoder) return this.#decode(part);
    this.#first = Buffer.concat([this.#first, part]);
    return this.#first.length < MARK ? '' : this.#begin();
  }

  /** @returns the text of what was left incomplete */
  end(): string {
    const begun = this.#decoder ? '' : this.#begin();
    return begun + this.#decode();
  }

  #begin(): string {
    const mark = this.#first.length < MARK ? 0 : (this.#first[0] << 8) | this.#first[1];
    const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
    this.#decoder = new TextDecoder(encoding);
    if (encoding === 'utf-8') this.#checker = new TextDecoder(encoding, { fatal: true });
    return this.#decode(this.#first);
  }

  /** @param part the end of the input if undefined */
  #decode(part?: Uint8Array): string {
    const options = { stream: part !== undefined };
    try {
      this.#checker?.decode(part, options);
    } catch {
      process.stderr.write(`Note: ${this.#name} is not in UTF-8: what could not be read is taken for U+FFFD.\n`);
      this.#checker = undefined;
    }
    return this.#decoder?.decode(part, options) ?? '';
  }
}

/** Decodes input that is there as a whole. */
export function decodeInput(bytes: Uint8Array, name: string): string {
  const decoder = new InputDecoder(name);
  return decoder.push(bytes) + decoder.end();
}
