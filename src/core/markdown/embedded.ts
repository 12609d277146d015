/** Blocks of other languages that stand in Markdown: MDX's modules, templates of Jekyll's and Hugo's, TeX's formulas. */

const IMPORT = /^import\s+(?:type\s+)?(?:['"{*]|[A-Z_$][\w$]*(?:\s*,|\s+from\s|\s*\S{0,5}$))/;
const EXPORT = /^export\s+(?:[{*]|(?:default|const|let|var|function|async|class|type|interface)\s)/;

/** Whether a line imports or exports as MDX has it, all of it or as far as it is written. */
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
  /^\\begin\{((?:equation|align|alignat|flalign|gather|multline|eqnarray|math|displaymath|cases|[bpvBV]?matrix|array|split)\*?)\}/;

/** What ends a formula that TeX's bracket or an environment for mathematics begins, alone in its line. */
export function texFormulaEnd(line: string): string | undefined {
  if (line === '\\[') return '\\]';
  const name = ENVIRONMENT.exec(line)?.[1];
  return name === undefined ? undefined : `\\end{${name}}`;
}
