import { longSecretSpans, mayBeginLongSecret } from './secrets';

/** Characters of a block, which is the unit that an edit reads again. */
const SHORTEST = 512;
const LONGEST = 1024;
/** Longest name that announces a secret: it may itself lie across the end of a block. */
const LONGEST_NAME = 64;
/** Longest line of a list or table of secrets. */
const LONGEST_ENTRY = 128;
/** A secret begins this near behind its name. */
const NAME_REACH = 160;
/** Characters after a block's end that are searched for a secret; longer secrets may be cut. */
export const LONGEST_SECRET = 16_384;

/**
 * Cuts a text into blocks that tokenize alike whether joined or separate: after a line break followed by a character,
 * or before the space of a word. Never inside a secret, which is only recognised as a whole. The joined blocks equal
 * the text.
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

/** How much of what follows a text belongs to a secret that begins in it, in UTF-16 units. */
export function secretBehind(text: string, following: string): number {
  return behindSecret(text + following.slice(0, LONGEST_SECRET), text.length) - text.length;
}

/** Whether what is written behind a text may be the secret that its end names. */
export function mayNameSecret(text: string): boolean {
  return mayBeginLongSecret(text.slice(-NAME_REACH));
}

/** Where the secret ends in which a text is to be cut; the cut itself, where it is in none. */
function behindSecret(text: string, cut: number): number {
  if (!mayBeginLongSecret(text.slice(0, cut + LONGEST_NAME))) return cut;
  let end = cut;
  for (let seen = cut + SHORTEST; ; seen *= 2) {
    for (const [from, to] of longSecretSpans(text.slice(0, seen))) if (from < end && to > end) end = to;
    // Where a line was cut, what goes on in it cannot be known.
    if (end < seen - LONGEST_ENTRY || seen >= text.length) return end;
  }
}
