import type { ByteString } from './byteString';

/** Latin-1 characters that can be seen: they stand for themselves. */
const VISIBLE = /[!-~¡-¬®-ÿ]/;

/**
 * GPT-2's printable alphabet (`bytes_to_unicode` in openai/gpt-2, src/encoder.py): the bytes without a visible
 * Latin-1 character get those from U+0100 on, in their order, so that the space is `Ġ` and the newline `Ċ`.
 */
function printableAlphabet(): readonly string[] {
  let substitute = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return VISIBLE.test(character) ? character : String.fromCharCode(substitute++);
  });
}

/** The character of each byte. */
export const ALPHABET: readonly string[] = printableAlphabet();
const BYTES = new Map(ALPHABET.map((character, byte) => [character.charCodeAt(0), String.fromCharCode(byte)]));

/** Bytes in GPT-2's own notation, one printable character for each: `Ġworld`. */
export function spell(bytes: ByteString): string {
  let shown = '';
  for (let i = 0; i < bytes.length; i++) shown += ALPHABET[bytes.charCodeAt(i)];
  return shown;
}

/** The bytes that such a notation stands for; `undefined` where a character is not of the alphabet. */
export function unspell(notation: string): ByteString | undefined {
  let bytes = '';
  for (let i = 0; i < notation.length; i++) {
    const byte = BYTES.get(notation.charCodeAt(i));
    if (byte === undefined) return undefined;
    bytes += byte;
  }
  return bytes;
}

/** Whether the byte's character takes two bytes in UTF-8, as those from U+0080 on do. */
export function isWide(byte: number): boolean {
  return ALPHABET[byte].charCodeAt(0) >= 0x80;
}
