import type { Lines } from '../text/lines';

/** Longest front matter, in lines; what is longer is read as text. */
export const LONGEST_FRONT_MATTER = 2000;

/** What may begin front matter, as the whole first line, and what ends it then. */
const FENCES: Readonly<Record<string, readonly string[]>> = {
  '---': ['---', '...'],
  '---yaml': ['---', '...'],
  '---toml': ['---'],
  '---json': ['---'],
  '+++': ['+++'],
  ';;;': [';;;'],
  '{': ['}'],
};
/**
 * How a line of front matter may begin: with a key in any alphabet, a key that is still being typed, a list item, a
 * comment, or the white space before the rest of an entry.
 */
const ENTRY = /^(?:[\p{L}\p{N}_"'][^:=]{0,200}[:=]|\S{1,200}$|[-#[\]{}]|\s)/u;

/**
 * The last line of the front matter with which a document begins (YAML, TOML or JSON between fences); -1 where there is
 * none. Without a closing fence, or with prose in it, it is a rule with a text below.
 */
export function frontMatterEnd(lines: Lines): number {
  const closing = FENCES[lines.line(0).slice(0, 100).trimEnd()];
  if (closing === undefined) return -1;
  const end = Math.min(lines.count, LONGEST_FRONT_MATTER);
  let entryMustFollow = true;
  for (let line = 1; line < end; line++) {
    const text = lines.line(line).slice(0, 300).trimEnd();
    if (closing.includes(text)) return line;
    if (text !== '' && entryMustFollow && !ENTRY.test(text)) return -1;
    entryMustFollow = text === '';
  }
  return -1;
}
