/**
 * A byte string holds one byte in each UTF-16 unit (0 to 255). Unlike a `Uint8Array` it can be a `Map` key, sliced
 * and compared cheaply, and its order is the order of the bytes.
 */
export type ByteString = string;

const CHUNK = 8192;
const encoder = new TextEncoder();

export function toByteString(bytes: Uint8Array): ByteString {
  let result = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    result += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return result;
}

/** The UTF-8 bytes of a text; a lone surrogate counts as U+FFFD. */
export function utf8ByteString(text: string): ByteString {
  const bytes = encoder.encode(text);
  return bytes.length === text.length ? text : toByteString(bytes);
}

/** The bytes, a fresh copy. */
export function toBytes(bytes: ByteString): Uint8Array {
  // A loop: healing asks for the bytes of each token that may begin what was typed, at each key.
  const copy = new Uint8Array(bytes.length);
  for (let i = 0; i < copy.length; i++) copy[i] = bytes.charCodeAt(i);
  return copy;
}

/** UTF-8 length of a code point; a lone surrogate has that of the U+FFFD it is encoded as. */
export function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Visible Latin-1 characters, which represent themselves. */
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

/** The bytes of such a notation; `undefined` where a character is outside the alphabet. */
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
