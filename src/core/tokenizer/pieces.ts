/**
 * GPT-2's pre-tokenisation pattern (openai/gpt-2, src/encoder.py). There `\s` is Unicode White_Space; JavaScript's
 * `\s` is not (it has U+FEFF and lacks U+0085), so the property is spelled out.
 */
const PIECE =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Cuts a text into the pieces that merges never cross. Joined, the pieces are the text. */
export function splitPieces(text: string): readonly string[] {
  return text.match(PIECE) ?? [];
}
