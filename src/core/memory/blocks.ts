import { longSecretSpans, mayBeginLongSecret } from './secrets';

/** Characters of a block: an edit reads one of them anew. */
const SHORTEST = 512;
const LONGEST = 1024;
/** Longest name that announces a secret: it may itself lie across the end of a block. */
const LONGEST_NAME = 64;
/** A secret is looked for up to so many characters after the end of a block; a longer one may be cut. */
const LONGEST_SECRET = 16_384;

/**
 * Cuts a text into blocks that the tokenizer treats alike whether they stand together or alone: after a line break
 * that a character follows, or before the space of a word, and not inside a secret, which is seen only whole. Joined, the
 * blocks are the text.
 */
export function cutIntoBlocks(text: string): string[] {
  const blocks: string[] = [];
  let at = 0;
  while (text.length - at > LONGEST) {
    const end =
      at + behindSecret(text.slice(at, at + LONGEST + LONGEST_SECRET), cutIn(text.slice(at, at + LONGEST + 1)));
    blocks.push(text.slice(at, end));
    at = end;
  }
  if (at < text.length) blocks.push(text.slice(at));
  return blocks;
}

/**
 * Whether a block may end behind this character: not behind a sign that a value follows, nor inside a number, since a
 * secret is recognised only where it is whole.
 */
function mayEndBehind(last: string | undefined): boolean {
  return last === undefined || !/[:=\d]/.test(last);
}

/** Where to cut a stretch of `LONGEST` characters and the one after it. */
function cutIn(stretch: string): number {
  for (let end = LONGEST; end > SHORTEST; end--) {
    if (stretch[end - 1] === '\n' && /\S/.test(stretch[end]) && mayEndBehind(stretch[end - 2])) return end;
  }
  for (let end = LONGEST; end > SHORTEST; end--) {
    if (stretch[end] === ' ' && /\S/.test(stretch[end - 1]) && mayEndBehind(stretch[end - 1])) return end;
  }
  return /[\uDC00-\uDFFF]/.test(stretch[LONGEST]) ? LONGEST - 1 : LONGEST;
}

/** Where the secret ends in which a text is to be cut; the cut itself, where it is in none. */
function behindSecret(text: string, cut: number): number {
  if (!mayBeginLongSecret(text.slice(0, cut + LONGEST_NAME))) return cut;
  let end = cut;
  for (let seen = cut + SHORTEST; ; seen *= 2) {
    for (const [from, to] of longSecretSpans(text.slice(0, seen))) if (from < end && to > end) end = to;
    if (end < seen || seen >= text.length) return end;
  }
}
