const FIRST_WORD = /[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/u;
const OF_WORD = /[\p{L}\p{N}\p{M}'’-]/u;

/** The first word that a suggestion shows, with the part of it that is typed already. */
export function firstWord(lineBefore: string, suggestion: string): string | undefined {
  let begin = lineBefore.length;
  if (OF_WORD.test(suggestion.slice(0, 1))) while (begin > 0 && OF_WORD.test(lineBefore[begin - 1])) begin--;
  return FIRST_WORD.exec(lineBefore.slice(begin) + suggestion)?.[0];
}
