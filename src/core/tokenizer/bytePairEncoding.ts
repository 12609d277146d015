import { type ByteString, isWide, utf8ByteString } from './bytes';
import { type Merges, mergePairs } from './merge';

/** Tokens for bytes that the vocabulary lacks. */
export interface Unknown {
  readonly id: number;
  /** Whether several in a row become one. */
  readonly fuse: boolean;
}

export interface BytePairEncodingParts {
  /** The token of each byte; undefined where the vocabulary has none. */
  readonly symbols: readonly (number | undefined)[];
  readonly merges: Merges;
  /** The token that a whole piece is, where that is looked up before merging. */
  readonly whole?: (piece: ByteString) => number | undefined;
  /** Bytes without a token vanish unless this is set. */
  readonly unknown?: Unknown;
}

/** A piece as tokens. */
export interface Word {
  readonly ids: readonly number[];
  /** The range of the piece's bytes for each token; absent where the tokens' lengths determine it. */
  readonly spans?: readonly (readonly [number, number])[];
}

const CACHED_PIECES = 20_000;
/**
 * V8 copies a part of a string that is this short; a longer part, kept as a key, would keep the whole text in memory.
 */
const LONGEST_CACHED_PIECE = 12;

/** The model of a byte-level BPE tokenizer: cuts a piece of text into tokens. */
export class BytePairEncoding {
  readonly #parts: BytePairEncodingParts;
  readonly #cache = new Map<string, Word>();
  /** Whether every byte has a token, so that the tokens of a text spell it. */
  readonly isLossless: boolean;

  constructor(parts: BytePairEncodingParts) {
    this.#parts = parts;
    this.isLossless = parts.symbols.every((id) => id !== undefined);
  }

  encode(piece: string): Word {
    const cached = this.#cache.get(piece);
    if (cached !== undefined) return cached;
    const word = this.#encode(utf8ByteString(piece));
    if (piece.length <= LONGEST_CACHED_PIECE) {
      if (this.#cache.size >= CACHED_PIECES) this.#cache.clear();
      this.#cache.set(piece, word);
    }
    return word;
  }

  #encode(bytes: ByteString): Word {
    const { symbols, merges, whole } = this.#parts;
    const id = whole?.(bytes);
    if (id !== undefined) return { ids: [id], ...(!this.isLossless && { spans: [[0, bytes.length]] }) };
    if (!this.isLossless) return this.#encodeLossy(bytes);
    const ids: number[] = [];
    for (let i = 0; i < bytes.length; i++) ids.push(symbols[bytes.charCodeAt(i)] as number);
    return { ids: mergePairs(ids, merges) };
  }

  /**
   * What vanishes leaves no gap: the tokens after it merge with those before it, and count their places as if it had
   * not been there, both as in Hugging Face's `tokenizers`, which counts in bytes of the notation.
   */
  #encodeLossy(bytes: ByteString): Word {
    const { symbols, merges, unknown } = this.#parts;
    const ids: number[] = [];
    const widths: number[] = [];
    /** The byte of the piece that each byte of its notation belongs to. */
    const byteAt: number[] = [];
    let fuses = false;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes.charCodeAt(i);
      const width = isWide(byte) ? 2 : 1;
      for (let k = 0; k < width; k++) byteAt.push(i);
      const known = symbols[byte];
      if (known !== undefined) {
        ids.push(known);
        widths.push(width);
      } else if (unknown && fuses) widths[widths.length - 1] += width;
      else if (unknown) {
        ids.push(unknown.id);
        widths.push(width);
      }
      fuses = known === undefined && unknown?.fuse === true;
    }
    const starts: number[] = [];
    const merged = mergePairs(ids, merges, undefined, starts);
    const ends = [0];
    for (const width of widths) ends.push(ends[ends.length - 1] + width);
    const spans = starts.map((start, i): readonly [number, number] => {
      const end = starts[i + 1] ?? ids.length;
      return [byteAt[ends[start]], byteAt[ends[end] - 1] + 1];
    });
    return { ids: merged, spans };
  }
}
