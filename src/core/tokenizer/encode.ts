import { mergeBytePairs } from './merge';
import { splitPieces } from './pieces';
import { END_OF_TEXT, END_OF_TEXT_MARKER, idOf, utf8ByteString } from './vocabulary';

export interface EncodeOptions {
  /** Read every `<|endoftext|>` in the text as the special token instead of as ordinary characters. */
  readonly allowSpecial?: boolean;
}

const CACHED_PIECES = 20_000;
/** V8 copies so short a part of a string; a longer one, kept as a key, would keep the whole text in memory. */
const LONGEST_CACHED_PIECE = 12;
const cache = new Map<string, readonly number[]>();

function encodePiece(piece: string): readonly number[] {
  const cached = cache.get(piece);
  if (cached !== undefined) return cached;
  const bytes = utf8ByteString(piece);
  const whole = idOf(bytes);
  const ids = whole === undefined ? mergeBytePairs(bytes, idOf) : [whole];
  if (piece.length <= LONGEST_CACHED_PIECE) {
    if (cache.size >= CACHED_PIECES) cache.clear();
    cache.set(piece, ids);
  }
  return ids;
}

function appendOrdinary(text: string, ids: number[]): void {
  for (const piece of splitPieces(text)) {
    for (const id of encodePiece(piece)) ids.push(id);
  }
}

/**
 * GPT-2's token ids of a text. `<|endoftext|>` is ordinary text unless `allowSpecial` says otherwise; a lone
 * surrogate is encoded as U+FFFD.
 */
export function encode(text: string, { allowSpecial = false }: EncodeOptions = {}): number[] {
  const ids: number[] = [];
  const stretches = allowSpecial ? text.split(END_OF_TEXT_MARKER) : [text];
  stretches.forEach((stretch, i) => {
    if (i > 0) ids.push(END_OF_TEXT);
    appendOrdinary(stretch, ids);
  });
  return ids;
}
