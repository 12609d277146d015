/** Columns of indentation that make a line code. */
export const CODE_INDENT = 4;

/** Position within a line: the column from which its content counts, and the first character after that. */
export interface LineCursor {
  base: number;
  at: number;
  column: number;
}

/** Whether the content is indented enough to be code. */
export function isIndented({ base, column }: LineCursor): boolean {
  return column >= base + CODE_INDENT;
}

/** Moves on over white space. */
export function skip(text: string, place: LineCursor): void {
  for (; place.at < text.length; place.at++) {
    if (text[place.at] === ' ') place.column++;
    else if (text[place.at] === '\t') place.column += 4 - (place.column % 4);
    else break;
  }
}

export function isSpace(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\t';
}

export function onlySpace(text: string, from: number): boolean {
  let at = from;
  while (isSpace(text[at])) at++;
  return at >= text.length;
}

/** Length of the run of equal characters at `at`. */
export function runLength(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] === text[at]) end++;
  return end - at;
}

/** Reads a block quote marker, if there is one here. */
export function readQuoteMarker(text: string, place: LineCursor, markers: [number, number][]): boolean {
  if (text[place.at] !== '>' || isIndented(place)) return false;
  const from = place.at;
  place.at++;
  place.column++;
  place.base = place.column;
  if (isSpace(text[place.at])) place.base++;
  skip(text, place);
  markers.push([from, place.at]);
  return true;
}
