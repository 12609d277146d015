import { tokenText } from './decode';
import { display } from './display';
import { type EncodeOptions, encode } from './encode';
import type { Token } from './token';
import { byteStringOf } from './vocabulary';

/** UTF-8 length of a code point; a lone surrogate has that of the U+FFFD it is encoded as. */
function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** The tokens of a text with their places in it. Options as for `encode`. */
export function tokenize(text: string, options?: EncodeOptions): Token[] {
  // The character under the cursor: its first UTF-16 unit and byte, and those after it.
  let unit = 0;
  let nextUnit = 0;
  let nextByte = 0;
  const advance = (): void => {
    const codePoint = text.codePointAt(nextUnit) as number;
    unit = nextUnit;
    nextUnit += codePoint > 0xffff ? 2 : 1;
    nextByte += utf8Length(codePoint);
  };

  let end = 0;
  return encode(text, options).map((id) => {
    const start = end;
    end += byteStringOf(id).length;
    if (nextByte <= start) advance();
    const from = unit;
    while (nextByte < end) advance();
    return { id, text: tokenText(id), display: display(id), bytes: [start, end], utf16: [from, nextUnit] };
  });
}
