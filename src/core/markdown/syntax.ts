import {
  type BlockContext,
  GFM,
  type InlineContext,
  type Line,
  type MarkdownConfig,
  type MarkdownParser,
  parser,
} from '@lezer/markdown';

const FENCES: Readonly<Record<string, RegExp>> = { '---': /^(?:---|\.\.\.)\s*$/, '+++': /^\+\+\+\s*$/ };
const FIRST_ENTRY = /^(?:\s*#|\s*[\w"'-][\w\s"'.-]*[:=]|---|\.\.\.|\+\+\+)/;

/** YAML or TOML between fences at the very start; without the closing fence it reaches to the end. */
const frontMatter: MarkdownConfig = {
  defineNodes: [{ name: 'FrontMatter', block: true }],
  parseBlock: [
    {
      name: 'FrontMatter',
      before: 'HorizontalRule',
      parse(cx: BlockContext, line: Line) {
        const closing = cx.lineStart === 0 ? FENCES[line.text.trimEnd()] : undefined;
        if (closing === undefined || !FIRST_ENTRY.test(cx.peekLine())) return false;
        while (cx.nextLine() && !closing.test(line.text));
        const end = cx.lineStart + line.text.length;
        cx.nextLine();
        cx.addElement(cx.elt('FrontMatter', 0, end));
        return true;
      },
    },
  ],
};

/** `$…$` as in Pandoc: no space inside the dollars, no digit after them. `$$…$$` may hold anything. */
const INLINE_MATH = /^(?:\$\$[^$]+\$\$|\$(?![\s$])(?:\\.|[^$\\])*?(?<!\s)\$(?!\d))/s;

const math: MarkdownConfig = {
  defineNodes: [{ name: 'BlockMath', block: true }, 'InlineMath'],
  parseBlock: [
    {
      name: 'BlockMath',
      before: 'FencedCode',
      parse(cx: BlockContext, line: Line) {
        const content = line.text.slice(line.pos).trimEnd();
        const second = content.indexOf('$$', 2);
        // Text after the closing sign makes it an inline formula.
        if (!content.startsWith('$$') || (second >= 0 && second !== content.length - 2)) return false;
        const start = cx.lineStart + line.pos;
        let closed = second >= 0;
        while (!closed && cx.nextLine()) closed = line.text.trimEnd().endsWith('$$');
        const end = cx.lineStart + line.text.length;
        cx.nextLine();
        cx.addElement(cx.elt('BlockMath', start, end));
        return true;
      },
      endLeaf: (_cx, line) => line.text.startsWith('$$', line.pos),
    },
  ],
  parseInline: [
    {
      name: 'InlineMath',
      after: 'InlineCode',
      parse(cx: InlineContext, next: number, pos: number) {
        const match = next === DOLLAR ? INLINE_MATH.exec(cx.slice(pos, cx.end)) : null;
        return match ? cx.addElement(cx.elt('InlineMath', pos, pos + match[0].length)) : -1;
      },
    },
  ],
};

const DOLLAR = 36;
const BRACKET = 91;
const FOOTNOTE_INDENT = 4;

/** `[^1]` in the text and `[^1]: …` below it, continued by indented lines. */
const footnotes: MarkdownConfig = {
  defineNodes: [
    {
      name: 'Footnote',
      block: true,
      composite(_cx, line, value) {
        if (line.indent < line.baseIndent + value && line.next > -1) return false;
        line.moveBaseColumn(line.baseIndent + value);
        return true;
      },
    },
    'FootnoteMark',
    'FootnoteReference',
  ],
  parseBlock: [
    {
      name: 'Footnote',
      before: 'LinkReference',
      parse(cx: BlockContext, line: Line) {
        const match = /^\[\^[^\]\s]+\]:[ \t]*/.exec(line.text.slice(line.pos));
        if (match === null) return false;
        const start = cx.lineStart + line.pos;
        cx.startComposite('Footnote', line.pos, FOOTNOTE_INDENT);
        cx.addElement(cx.elt('FootnoteMark', start, start + match[0].trimEnd().length));
        line.moveBase(line.pos + match[0].length);
        return null;
      },
      endLeaf: (_cx, line) => /^\[\^[^\]\s]+\]:/.test(line.text.slice(line.pos)),
    },
  ],
  parseInline: [
    {
      name: 'FootnoteReference',
      before: 'Link',
      parse(cx: InlineContext, next: number, pos: number) {
        const match = next === BRACKET ? /^\[\^[^\]\s]+\]/.exec(cx.slice(pos, cx.end)) : null;
        return match ? cx.addElement(cx.elt('FootnoteReference', pos, pos + match[0].length)) : -1;
      },
    },
  ],
};

/** CommonMark with GitHub's extensions, footnotes, math and front matter. */
export const markdown: MarkdownParser = parser.configure([GFM, footnotes, math, frontMatter]);
