/** Neighbouring tokens that only together spell one character; most groups hold one token. */
export interface Group {
  /** Index of the first token and one past the last. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Tokens grouped so that no group ends inside a grapheme: an emoji written as three tokens is one group.
 * `tokens` are in order and their spans cover `text`; CR LF counts as two characters.
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

/** Offsets that stand inside a grapheme, so that nothing may be cut there. */
function insideGraphemes(text: string): Set<number> {
  const offsets = new Set<number>();
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (segment.length === 1 || segment === '\r\n') continue;
    for (let offset = index + 1; offset < index + segment.length; offset++) offsets.add(offset);
  }
  return offsets;
}
