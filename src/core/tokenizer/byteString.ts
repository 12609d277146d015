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
