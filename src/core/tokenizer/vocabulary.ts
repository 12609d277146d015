import { type ByteString, spell, toByteString, toBytes } from './bytes';

/** A byte order mark is text like any other: the model wrote it, so it is kept. */
export const utf8Decoder = () => new TextDecoder('utf-8', { ignoreBOM: true });

const whole = utf8Decoder();

/** The first place in `0..length` that satisfies a condition which, once true, stays true. */
function lowerBound(length: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The tokens of a tokenizer by id: their bytes, their notation, and which begin with given bytes. */
export class Vocabulary {
  readonly #byteStrings: readonly (ByteString | undefined)[];
  readonly #ordinary: ReadonlyMap<ByteString, number>;
  readonly #displays: (string | undefined)[];
  readonly #texts: (string | undefined)[];
  /**
   * A trie over bytes, held as ids sorted by their bytes: the tokens below a node are neighbours, so binary search
   * replaces the pointers.
   */
  #sorted: readonly number[] | undefined;
  #longest: number | undefined;
  #gaps: readonly number[] | undefined;

  /**
   * @param byteStrings the bytes of every token by id; undefined where an id is no token
   * @param ordinary the tokens that text is made of, by their bytes
   * @param displays notations that differ from the spelling of the bytes, by id
   */
  constructor(
    byteStrings: readonly (ByteString | undefined)[],
    ordinary: ReadonlyMap<ByteString, number>,
    displays: readonly (string | undefined)[] = [],
  ) {
    this.#byteStrings = byteStrings;
    this.#ordinary = ordinary;
    // Of their full length from the start: arrays that grow in leaps are slow.
    this.#displays = Array.from({ length: byteStrings.length }, (_, id) => displays[id]);
    this.#texts = Array.from({ length: byteStrings.length });
  }

  get size(): number {
    return this.#byteStrings.length;
  }

  /** The ids below `size` that are no tokens. */
  get gaps(): readonly number[] {
    this.#gaps ??= Array.from(this.#byteStrings.keys()).filter((id) => this.#byteStrings[id] === undefined);
    return this.#gaps;
  }

  has(id: number): boolean {
    return this.#byteStrings[id] !== undefined;
  }

  /** @throws a RangeError for an id that is no token */
  byteStringOf(id: number): ByteString {
    const bytes = this.#byteStrings[id];
    if (bytes === undefined) {
      throw new RangeError(`There is no token ${id}: the tokenizer's ids run from 0 to ${this.size - 1}.`);
    }
    return bytes;
  }

  /** @throws a RangeError for an id that is no token */
  tokenBytes(id: number): Uint8Array {
    return toBytes(this.byteStringOf(id));
  }

  /** @throws a RangeError for an id that is no token */
  tokenText(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const text = whole.decode(this.tokenBytes(id));
    this.#texts[id] = text;
    return text;
  }

  /** @throws a RangeError for an id that is no token */
  display(id: number): string {
    const known = this.#displays[id];
    if (known !== undefined) return known;
    const display = spell(this.byteStringOf(id));
    this.#displays[id] = display;
    return display;
  }

  /** @throws a RangeError for an id that is no token */
  decodeBytes(ids: readonly number[]): Uint8Array {
    const parts = ids.map((id) => this.byteStringOf(id));
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      for (let i = 0; i < part.length; i++) bytes[at++] = part.charCodeAt(i);
    }
    return bytes;
  }

  /** @throws a RangeError for an id that is no token */
  decode(ids: readonly number[]): string {
    return whole.decode(this.decodeBytes(ids));
  }

  tokensWithPrefix(bytes: Uint8Array): number[] {
    const prefix = toByteString(bytes);
    // Without a comparison of its own, sorting takes less than half the time, which the first suggestion waits for.
    this.#sorted ??= [...this.#ordinary.keys()].sort().map((text) => this.#ordinary.get(text) as number);
    const ids = this.#sorted;
    const byteStrings = this.#byteStrings as readonly ByteString[];
    const head = (place: number): ByteString => byteStrings[ids[place]].slice(0, prefix.length);
    const from = lowerBound(ids.length, (place) => head(place) >= prefix);
    const to = lowerBound(ids.length, (place) => head(place) > prefix);
    return ids.slice(from, to);
  }

  tokensThatArePrefixOf(bytes: Uint8Array): number[] {
    this.#longest ??= [...this.#ordinary.keys()].reduce((most, { length }) => Math.max(most, length), 0);
    const text = toByteString(bytes.subarray(0, this.#longest + 1));
    const ids: number[] = [];
    for (let length = 1; length < text.length; length++) {
      const id = this.#ordinary.get(text.slice(0, length));
      if (id !== undefined) ids.push(id);
    }
    return ids;
  }
}
