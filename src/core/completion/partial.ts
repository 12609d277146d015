import type { Token } from '../tokenizer';

/**
 * The end of a text that GPT-2's pattern would still extend: the beginning of 're, 've or 'll, a word with its space, a
 * number, signs, or white space.
 */
const TAIL = /'[rvl]$| ?\p{L}+$| ?\p{N}+$| ?[^\p{White_Space}\p{L}\p{N}]+$|\p{White_Space}+$/u;
/** Longer words are healed from somewhere inside: a bound on the work per keystroke. */
const LONGEST_TAIL = 32;

/**
 * How many of a text's tokens to keep when its last, perhaps unfinished, word is taken back for healing: those before
 * the token in which that word, with the space before it, begins. The cut is never inside a character.
 */
export function tokensBeforePartial(text: string, tokens: readonly Token[]): number {
  const tail = TAIL.exec(text.slice(-LONGEST_TAIL))?.[0] ?? '';
  const wanted = text.length - tail.length;
  let keep = tokens.length;
  while (keep > 0 && (tokens[keep - 1].utf16[1] > wanted || splitsCharacter(tokens, keep))) keep--;
  return keep;
}

function splitsCharacter(tokens: readonly Token[], at: number): boolean {
  return at < tokens.length && tokens[at - 1].utf16[1] > tokens[at].utf16[0];
}
