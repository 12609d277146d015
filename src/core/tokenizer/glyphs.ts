/**
 * Display text of each token in a row: where several tokens make up a character, it is shown with the first, and the
 * others are numbered `+1`, `+2`, … Decoded one by one they would be broken characters.
 * @param tokens the bytes of each token
 */
export function glyphsOf(tokens: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const glyphs: string[] = [];
  let first = 0;
  tokens.forEach((bytes, i) => {
    const text = decoder.decode(bytes, { stream: true });
    glyphs[first] = (glyphs[first] ?? '') + text;
    if (i > first) glyphs[i] = `+${i - first}`;
    if (text !== '') first = i + 1;
  });
  if (first < tokens.length) glyphs[first] += decoder.decode();
  return glyphs;
}
