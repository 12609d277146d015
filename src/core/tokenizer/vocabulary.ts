import ranks from 'gpt-tokenizer/bpeRanks/r50k_base';

/** The id of `<|endoftext|>`, GPT-2's only special token: it separates documents. */
export const END_OF_TEXT = 50256;
/** Ids run from 0 to 50256; the ordinary ones are also the merge ranks. */
export const VOCAB_SIZE = 50257;
export const END_OF_TEXT_MARKER = '<|endoftext|>';

const encoder = new TextEncoder();

/**
 * A byte string holds one byte in each UTF-16 unit (0 to 255). Unlike a `Uint8Array` it can be a `Map` key, sliced
 * and compared cheaply, and its order is the order of the bytes.
 */
export type ByteString = string;

const CHUNK = 8192;

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

interface Index {
  /** By id, without the special token. */
  readonly byteStrings: readonly ByteString[];
  readonly ids: ReadonlyMap<ByteString, number>;
}

let index: Index | undefined;

/** Built on first use, so that loading the module costs only the parsing of the ranks. */
function vocabulary(): Index {
  if (index === undefined) {
    const byteStrings = ranks.map((entry) =>
      typeof entry === 'string' ? utf8ByteString(entry) : String.fromCharCode(...entry),
    );
    index = { byteStrings, ids: new Map(byteStrings.map((bytes, id) => [bytes, id])) };
  }
  return index;
}

/** The ordinary token with exactly these bytes, if there is one. */
export function idOf(bytes: ByteString): number | undefined {
  return vocabulary().ids.get(bytes);
}

/** The bytes of every ordinary token, by id. */
export function ordinaryByteStrings(): readonly ByteString[] {
  return vocabulary().byteStrings;
}

/** The token's bytes; those of `END_OF_TEXT` spell its marker. Throws a `RangeError` when there is no such id. */
export function byteStringOf(id: number): ByteString {
  if (id === END_OF_TEXT) return END_OF_TEXT_MARKER;
  const bytes = vocabulary().byteStrings[id];
  if (bytes === undefined) throw new RangeError(`There is no token ${id}: GPT-2's ids run from 0 to ${END_OF_TEXT}.`);
  return bytes;
}

/** The token's bytes, a fresh copy. Throws a `RangeError` when there is no such id. */
export function tokenBytes(id: number): Uint8Array {
  return Uint8Array.from(byteStringOf(id), (unit) => unit.charCodeAt(0));
}
