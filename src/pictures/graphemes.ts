/** Adjacent tokens that spell one character only together; most groups consist of one token. */
export interface Group {
  /** Index of the first token, and one past the last. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Groups tokens so that no group ends inside a grapheme: an emoji of three tokens is one group. `tokens` are in order
 * and their spans cover `text`; CR LF counts as two characters.
 */
export function groupByGrapheme(text: string, tokens: readonly { utf16: readonly [number, number] }[]): Group[] {
  const groups: Group[] = [];
  const inside = insideGraphemes(text);
  let from = 0;
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const cut = next === undefined || (next.utf16[0] >= token.utf16[1] && !inside.has(next.utf16[0]));
    if (!cut) return;
    groups.push({ from, to: index + 1, text: text.slice(tokens[from].utf16[0], token.utf16[1]) });
    from = index + 1;
  });
  return groups;
}

/** Offsets inside a grapheme, where text must not be split. */
function insideGraphemes(text: string): Set<number> {
  const offsets = new Set<number>();
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (segment.length === 1 || segment === '\r\n') continue;
    for (let offset = index + 1; offset < index + segment.length; offset++) offsets.add(offset);
  }
  return offsets;
}
