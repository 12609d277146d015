import { byteStringOf, tokenBytes } from './vocabulary';

/** A byte order mark is text like any other: the model wrote it, so it is kept. */
const utf8 = () => new TextDecoder('utf-8', { ignoreBOM: true });

const whole = utf8();

/** The bytes of a sequence of tokens. Throws a `RangeError` for an id that is not in the vocabulary. */
export function decodeBytes(ids: readonly number[]): Uint8Array {
  const parts = ids.map(byteStringOf);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) bytes[at++] = part.charCodeAt(i);
  }
  return bytes;
}

/** The text of a whole sequence; U+FFFD stands for bytes that are not UTF-8. */
export function decode(ids: readonly number[]): string {
  return whole.decode(decodeBytes(ids));
}

const texts: string[] = [];

/** One token's bytes decoded on their own: U+FFFD stands for a part of a character. */
export function tokenText(id: number): string {
  texts[id] ??= whole.decode(tokenBytes(id));
  return texts[id];
}

/** Decodes tokens as they come; a character split over several arrives with its last byte. */
export class StreamDecoder {
  private readonly decoder = utf8();

  /** The text that this token completes. */
  push(id: number): string {
    return this.decoder.decode(tokenBytes(id), { stream: true });
  }

  /** What is left of an unfinished character, as U+FFFD. The decoder may then be used for another sequence. */
  end(): string {
    return this.decoder.decode();
  }
}
