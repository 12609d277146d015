import type { SyntaxNode } from '@lezer/common';
import { PLACEHOLDER } from './document';
import { markdown } from './syntax';

/** An inline construct that was begun before the cursor and is not closed there. */
export interface OpenInline {
  /** Its name in the syntax tree. */
  readonly name: string;
  /** What would close it. */
  readonly closer: string;
  /** Where it begins, and where its content does, in the text that was looked at. */
  readonly from: number;
  readonly contentFrom: number;
}

/** What could close an inline construct, and which one that would be. Longer runs of a sign come first. */
const CLOSERS: readonly (readonly [closer: string, name: string])[] = [
  ['``', 'InlineCode'],
  ['`', 'InlineCode'],
  ['-->', 'Comment'],
  ['>', 'HTMLTag'],
  ['>', 'Autolink'],
  ['$$', 'InlineMath'],
  ['$', 'InlineMath'],
  [']', 'FootnoteReference'],
  [')', 'Link'],
  [')', 'Image'],
  ['](x)', 'Link'],
  ['](x)', 'Image'],
  ['***', 'Emphasis'],
  ['**', 'StrongEmphasis'],
  ['*', 'Emphasis'],
  ['___', 'Emphasis'],
  ['__', 'StrongEmphasis'],
  ['_', 'Emphasis'],
  ['~~', 'Strikethrough'],
  ['.com', 'URL'],
];

/** Deeper nesting than this is not prose. */
const DEEPEST = 4;
/** Keeps the first sign of the text from being read as that of a block. */
const GUARD = `${PLACEHOLDER} `;

/**
 * The inline constructs that are open at the end of a block's text, innermost first. CommonMark has no notion of an
 * unclosed one, so the parser is asked what would close: a construct is open if its closer, put after a word at the
 * end, makes the parser see it.
 */
export function openInlines(text: string): OpenInline[] {
  const found: OpenInline[] = [];
  let closed = text + PLACEHOLDER;
  while (found.length < DEEPEST) {
    const inner = innermost(closed);
    if (inner === undefined || inner.from >= (found.at(-1)?.from ?? Number.POSITIVE_INFINITY)) break;
    found.push(inner);
    closed += inner.closer;
  }
  return found;
}

function innermost(text: string): OpenInline | undefined {
  let best: OpenInline | undefined;
  for (const [closer, name] of CLOSERS) {
    const opener = openerOf(closer, name);
    const node = text.includes(opener.charAt(0)) ? closedBy(text, closer, name) : undefined;
    if (node === undefined) continue;
    const from = node.from - GUARD.length;
    // The second half of a run of signs begins nothing, and neither does the sign of a sum of money.
    if (opener === closer && text[from - 1] === closer[0]) continue;
    if (name === 'InlineMath' && /\d/.test(text[from + opener.length] ?? '')) continue;
    if (best === undefined || from > best.from) best = { name, closer, from, contentFrom: from + opener.length };
  }
  return best;
}

function openerOf(closer: string, name: string): string {
  if (name === 'URL') return '';
  if (name === 'Image') return '![';
  if (closer.endsWith(')')) return '[';
  if (name === 'FootnoteReference') return '[^';
  return closer.endsWith('>') ? '<' : closer;
}

function closedBy(text: string, closer: string, name: string): SyntaxNode | undefined {
  const source = GUARD + text + closer;
  const tree = markdown.parse(source);
  for (let node: SyntaxNode | null = tree.resolveInner(source.length, -1); node; node = node.parent) {
    if (node.name === name && node.to === source.length) return node;
  }
  return undefined;
}
