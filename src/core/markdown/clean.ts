import type { SyntaxNode, Tree } from '@lezer/common';
import { characterWindow } from '../completion/context';
import type { Construct } from './construct';
import type { TextBefore } from './document';

/** Tokens of context to prepare for: those of GPT-2's window. */
const ROOM = 1024;

/** Blocks and inline parts that say nothing in words: left out. */
const DROPPED = new Set([
  'FencedCode',
  'CodeBlock',
  'HTMLBlock',
  'HTMLTag',
  'CommentBlock',
  'Comment',
  'ProcessingInstruction',
  'ProcessingInstructionBlock',
  'BlockMath',
  'FrontMatter',
  'LinkReference',
  'HorizontalRule',
  'Image',
  'FootnoteReference',
  'EmphasisMark',
  'StrikethroughMark',
  'CodeMark',
  'LinkMark',
  'LinkTitle',
  'LinkLabel',
]);
/** Left out with the spaces after them. */
const DROPPED_WITH_SPACE = new Set(['QuoteMark', 'TaskMarker', 'FootnoteMark']);
const PARAGRAPH = /^(?:Paragraph|Task)$/;

interface Cut {
  readonly from: number;
  readonly to: number;
  /** What the model reads instead. */
  readonly put: string;
}

/**
 * The text before the cursor as the model is to read it: words, headings and list markers. Addresses, code, HTML,
 * comments, formulas in blocks, front matter, images, footnote signs and the signs of emphasis, quotes and links are
 * left out, tables too unless the cursor is in one, and a paragraph is one line. In a construct that is not prose the
 * text is left as it is.
 */
export function cleanText({ text, tree }: TextBefore, { prose, open, block }: Construct): string {
  const from = characterWindow(text, ROOM);
  if (!prose) return text.slice(from);
  const cuts = [...cutsOf(tree, text, from, block.name === 'TableCell'), ...open.map(openerCut)];
  return apply(text, from, cuts);
}

function openerCut({ from, contentFrom }: { readonly from: number; readonly contentFrom: number }): Cut {
  return { from, to: contentFrom, put: '' };
}

function cutsOf(tree: Tree, text: string, start: number, inTable: boolean): Cut[] {
  const cuts: Cut[] = [];
  const end = text.length;
  tree.iterate({
    from: start,
    to: end,
    enter({ name, from, to, node }) {
      if (saysNothing(node) || isOtherTable(name, to)) {
        cuts.push({ from, to, put: '' });
        return false;
      }
      if (DROPPED_WITH_SPACE.has(name)) cuts.push({ from, to: to + spaces(text, to), put: '' });
      else if (name === 'HeaderMark' && node.parent?.name.startsWith('Setext')) cuts.push({ from, to, put: '' });
      else if (name === 'Escape') cuts.push({ from, to: from + 1, put: '' });
      else if (PARAGRAPH.test(name)) cuts.push(...softBreaks(text, from, Math.min(to, end)));
      return name !== 'HardBreak';
    },
  });
  return cuts;

  function isOtherTable(name: string, to: number): boolean {
    return name === 'Table' && !(inTable && to >= end);
  }
}

function saysNothing({ name, parent }: SyntaxNode): boolean {
  if (parent?.name !== 'Link') return DROPPED.has(name);
  // Brackets without an address are just brackets: [sic].
  const leadsSomewhere = parent.getChild('URL') !== null || parent.getChild('LinkLabel') !== null;
  return leadsSomewhere && (name === 'URL' || DROPPED.has(name));
}

function spaces(text: string, at: number): number {
  return /^[ \t]*/.exec(text.slice(at, at + 16))?.[0].length ?? 0;
}

/** A newline inside a paragraph is a space; the indentation after it goes. Hard breaks stay. */
function softBreaks(text: string, from: number, to: number): Cut[] {
  return Array.from(text.slice(from, to).matchAll(/( {2,}|\\)?\n[ \t]*/g)).flatMap((match) => {
    if (match[1] !== undefined) return [];
    const at = from + match.index;
    return [{ from: at, to: at + match[0].length, put: ' ' }];
  });
}

function apply(text: string, start: number, cuts: readonly Cut[]): string {
  let clean = '';
  let at = start;
  for (const { from, to, put } of [...cuts].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (to <= at) continue;
    if (from >= at) clean += text.slice(at, from) + put;
    at = Math.min(to, text.length);
  }
  clean += text.slice(at);
  return tidy(clean);
}

/** Without the gaps that cuts leave. The end stays as it was typed. */
function tidy(text: string): string {
  return text
    .replace(/^\s+(?=\S)/, '')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/(?<=\S) {2,}(?=\S)/g, ' ');
}
