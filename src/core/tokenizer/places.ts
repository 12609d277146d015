import { unitsAt } from './alignedText';
import type { Word } from './bytePairEncoding';
import { utf8Length } from './bytes';
import type { Piece } from './preTokenizers';
import type { Vocabulary } from './vocabulary';

/** Where a byte of the model's input comes from in the original text. */
export interface Place {
  /** The character it belongs to, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  /** Its own UTF-8 byte; for a rewritten character, each byte maps to all bytes of the original one. */
  readonly byte: number;
  readonly nextByte: number;
}

/** For every UTF-16 unit of a text, the number of UTF-8 bytes before its character, followed by the total. */
export function byteOffsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let unit = 0; unit < text.length; ) {
    const units = unitsAt(text, unit);
    offsets.fill(bytes, unit, unit + units);
    bytes += utf8Length(text.codePointAt(unit) as number);
    unit += units;
  }
  offsets[text.length] = bytes;
  return offsets;
}

/**
 * The places of all bytes of a piece, in order.
 * @param original the original text
 * @param byteAt its `byteOffsets`
 */
export function placesOf({ text, from, to, spaced }: Piece, original: string, byteAt: Uint32Array): Place[] {
  const places: Place[] = [];
  if (spaced) {
    const at = text.start(from);
    places.push({ from: at, to: at, byte: byteAt[at], nextByte: byteAt[at] });
  }
  for (let unit = from; unit < to; ) {
    const units = unitsAt(text.text, unit);
    const [start, end] = [text.start(unit), text.end(unit, units)];
    const length = utf8Length(text.text.codePointAt(unit) as number);
    const isKept = text.isOriginal || original.slice(start, end) === text.text.slice(unit, unit + units);
    for (let i = 0; i < length; i++) {
      const byte = byteAt[start] + (isKept ? i : 0);
      places.push({ from: start, to: end, byte, nextByte: isKept ? byte + 1 : byteAt[end] });
    }
    unit += units;
  }
  return places;
}

/** The bytes of a piece that each of its tokens spells, half-open. */
export function spansOf({ ids, spans }: Word, vocabulary: Vocabulary): readonly (readonly [number, number])[] {
  if (spans) return spans;
  let end = 0;
  return ids.map((id) => {
    const start = end;
    end += vocabulary.byteStringOf(id).length;
    return [start, end] as const;
  });
}
