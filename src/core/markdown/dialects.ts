import type { Lines } from '../text/lines';

/* Blocks that CommonMark lacks: MDX's modules, Jekyll's and Hugo's templates, TeX's formulas, callouts, front matter. */

const IMPORT = /^import\s+(?:type\s+)?(?:['"{*]|[A-Z_$][\w$]*(?:\s*,|\s+from\s|\s*\S{0,5}$))/;
const EXPORT = /^export\s+(?:[{*]|(?:default|const|let|var|function|async|class|type|interface)\s)/;

/** Whether a line is an MDX import or export, possibly incomplete. */
export function isModule(text: string): boolean {
  return (text.startsWith('import') && IMPORT.test(text)) || (text.startsWith('export') && EXPORT.test(text));
}

/** Code or a comment between two tags of Jekyll's or Hugo's. */
const TEMPLATE =
  /^\{(?:%-?\s{0,9}(?<tag>highlight|raw|verbatim|comment)\b|\{[<%]\s{0,9}(?<shortcode>highlight|mermaid|math|katex|code)\b)[^}]{0,200}\}/;

/** What the last line of such a block holds, where one begins with this line. */
export function templateEnd(text: string): string | undefined {
  const { tag, shortcode } = TEMPLATE.exec(text)?.groups ?? {};
  if (tag !== undefined) return `end${tag}`;
  return shortcode === undefined ? undefined : `/${shortcode}`;
}

const ENVIRONMENT =
  /^\\begin\{((?:equation|align|alignat|flalign|gather|multline|eqnarray|math|displaymath|cases|[bpvBV]?matrix|array|split|tabularx?|longtable|tikzpicture|verbatim|lstlisting|minted)\*?)\}/;

/** What ends a formula that TeX's bracket or an environment begins which holds no prose, alone in its line. */
export function texFormulaEnd(line: string): string | undefined {
  if (line === '\\[') return '\\]';
  const name = ENVIRONMENT.exec(line)?.[1];
  return name === undefined ? undefined : `\\end{${name}}`;
}

/** `> [!NOTE]`, as GitHub and Obsidian begin a callout. */
const QUOTED_CALLOUT = /^\[![\p{L}\p{N}-]{1,64}\][+-]?(?:[ \t]+|$)/u;
/** `:::note`, `::: {.note}` and `:::`, as Docusaurus, Pandoc and others begin and end one. */
const FENCED_CALLOUT = /^:{3,}[ \t]*(?:[\w-]{1,64})?(?:\{[^}]{0,200}\}?)?(?:[ \t]+|$)/;
/** `!!! note "Title"`, `??? note` and `=== "Tab"`, as Python-Markdown has them: what is indented below belongs to them. */
const INDENTED_CALLOUT =
  /^(?:(?:!!!|\?{3}\+?)[ \t]+[\w-]{1,64}(?:[ \t]+(?:inline|end))*(?:[ \t]*$|[ \t]+")|={3}[+!]?[ \t]+")/;

/** The type of a callout, as many dialects of Markdown have it. */
export interface Callout {
  /** Of its signs, up to the title if it has one. */
  readonly length: number;
  /** What is indented below belongs to it. */
  readonly holds: boolean;
}

/**
 * The callout that a line begins or ends, if any.
 * @param isQuoted whether the line is in a quotation that begins with it
 * @param mayHold whether a container may begin here
 */
export function calloutAt(head: string, isQuoted: boolean, mayHold: boolean): Callout | undefined {
  const indented = mayHold ? INDENTED_CALLOUT.exec(head) : null;
  const match = indented ?? (isQuoted ? QUOTED_CALLOUT.exec(head) : null) ?? FENCED_CALLOUT.exec(head);
  return match === null ? undefined : { length: match[0].length, holds: indented !== null };
}

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
