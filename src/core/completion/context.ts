import type { Token } from '../tokenizer';

/** Upper estimate of characters per token, used to cut a text before it is tokenized. */
const CHARACTERS_PER_TOKEN = 8;

/**
 * Start of the characters worth tokenizing, so that a keystroke costs the same in long and short documents. It only
 * moves once every few thousand characters, to the start of a line or word if there is one.
 */
export function characterWindow(text: string, room: number): number {
  const width = room * CHARACTERS_PER_TOKEN;
  const step = Math.ceil(width / 2);
  if (text.length <= width + step) return 0;
  const from = Math.floor((text.length - width) / step) * step;
  const block = text.slice(from, from + step);
  const line = block.indexOf('\n');
  if (line >= 0) return from + line + 1;
  const space = block.indexOf(' ');
  if (space >= 0) return from + space;
  const secondHalf = (block.charCodeAt(0) & 0xfc00) === 0xdc00;
  return secondHalf ? from + 1 : from;
}

/** Best first: a paragraph, a line, a sentence, a word. Matched against the text before and at a token's start. */
const STARTS: readonly ((before: string, at: string) => boolean)[] = [
  (before, at) => /\n[ \t]*\n$/.test(before) && !at.startsWith('\n'),
  (before, at) => before.endsWith('\n') && !at.startsWith('\n'),
  (before, at) => /[.!?…]["'”’)\]*_]*\s?$/u.test(before) && /^ ?["'“‘(\p{Lu}]/u.test(at),
  (before, at) => /^\s/.test(at) || /\s$/.test(before),
];

/**
 * Index of the first token to keep so that at most `room` are left. Tokens are dropped a quarter of the room at a time,
 * up to a paragraph, line, sentence or word start within that quarter: the cut is stable while the writer types, and
 * the model's cache stays valid.
 */
export function contextStart(text: string, tokens: readonly Token[], room: number): number {
  if (tokens.length <= room) return 0;
  const step = Math.max(1, Math.floor(room / 4));
  const dropped = Math.ceil((tokens.length - room) / step) * step;
  const last = Math.min(dropped + step, tokens.length);
  for (const startsHere of STARTS) {
    for (let i = dropped; i < last; i++) {
      const at = tokens[i].utf16[0];
      if (startsHere(text.slice(Math.max(0, at - 8), at), text.slice(at, at + 8))) return i;
    }
  }
  return dropped;
}

/**
 * The end of a text that GPT-2's pattern could extend: the beginning of 're, 've or 'll, a word with its space, a
 * number, signs, or white space.
 */
const TAIL = /'[rvl]$| ?\p{L}+$| ?\p{N}+$| ?[^\p{White_Space}\p{L}\p{N}]+$|\p{White_Space}+$/u;
/** Longer words are healed from within, which limits the work per keystroke. */
const LONGEST_TAIL = 32;

/** The last, perhaps unfinished, word of a text with the space before it; or the number, signs or white space. */
export function partialWord(text: string): string {
  return TAIL.exec(text.slice(-LONGEST_TAIL))?.[0] ?? '';
}

/**
 * How many of a text's tokens to keep when its last, perhaps unfinished, word is taken back for healing: those before
 * the token in which that word, with the space before it, begins. The cut is never inside a character.
 */
export function tokensBeforePartial(text: string, tokens: readonly Token[]): number {
  const wanted = text.length - partialWord(text).length;
  let keep = tokens.length;
  while (keep > 0 && (tokens[keep - 1].utf16[1] > wanted || splitsCharacter(tokens, keep))) keep--;
  return keep;
}

function splitsCharacter(tokens: readonly Token[], at: number): boolean {
  return at < tokens.length && tokens[at - 1].utf16[1] > tokens[at].utf16[0];
}
