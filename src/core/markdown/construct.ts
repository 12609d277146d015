import type { SyntaxNode } from '@lezer/common';
import type { TextBefore } from './document';
import { type OpenInline, openInlines } from './open';

export type ConstructKind =
  | 'paragraph'
  | 'heading'
  | 'list item'
  | 'block quote'
  | 'table'
  | 'footnote'
  | 'link text'
  | 'image description'
  | 'code block'
  | 'inline code'
  | 'address'
  | 'HTML'
  | 'comment'
  | 'formula'
  | 'front matter'
  | 'footnote name';

/** Where the cursor is in a Markdown document. */
export interface Construct {
  readonly kind: ConstructKind;
  /** Whether prose is written here. */
  readonly prose: boolean;
  /** With its article, for a sentence: 'a code block'. */
  readonly name: string;
  /** The block of text with the cursor, such as a paragraph or a table cell; the whole document where there is none. */
  readonly block: SyntaxNode;
  /** What is open at the cursor in that block, innermost first. `from` and `contentFrom` count from the text's start. */
  readonly open: readonly OpenInline[];
}

const NAMES: Readonly<Record<ConstructKind, string>> = {
  paragraph: 'a paragraph',
  heading: 'a heading',
  'list item': 'a list item',
  'block quote': 'a block quote',
  table: 'a table',
  footnote: 'a footnote',
  'link text': 'the text of a link',
  'image description': 'the description of an image',
  'code block': 'a code block',
  'inline code': 'inline code',
  address: 'an address',
  HTML: 'HTML',
  comment: 'a comment',
  formula: 'a formula',
  'front matter': 'the front matter',
  'footnote name': 'the name of a footnote',
};

/** Nodes that hold something other than prose. */
const NOT_PROSE: Readonly<Record<string, ConstructKind>> = {
  FencedCode: 'code block',
  CodeBlock: 'code block',
  InlineCode: 'inline code',
  HTMLBlock: 'HTML',
  HTMLTag: 'HTML',
  ProcessingInstruction: 'HTML',
  ProcessingInstructionBlock: 'HTML',
  CommentBlock: 'comment',
  Comment: 'comment',
  BlockMath: 'formula',
  InlineMath: 'formula',
  FrontMatter: 'front matter',
  URL: 'address',
  Autolink: 'address',
  LinkReference: 'address',
  LinkTitle: 'address',
  LinkLabel: 'address',
  FootnoteReference: 'footnote name',
  FootnoteMark: 'footnote name',
};

/** Nodes that hold prose of a kind, the innermost deciding. */
const PROSE: Readonly<Record<string, ConstructKind>> = {
  Table: 'table',
  ListItem: 'list item',
  Footnote: 'footnote',
  Blockquote: 'block quote',
};

const LEAF = /^(?:Paragraph|Task|TableCell|SetextHeading\d|ATXHeading\d)$/;

/** The Markdown construct at the end of the text before the cursor. */
export function constructAt({ text, tree }: TextBefore): Construct {
  const innermost = tree.resolveInner(text.length, 1);
  const around: SyntaxNode[] = [];
  for (let node: SyntaxNode | null = innermost; node; node = node.parent) around.push(node);
  const block = around.find(({ name }) => LEAF.test(name)) ?? around[around.length - 1];
  const open = LEAF.test(block.name) ? openIn(text, block) : [];
  const kind = alien(around) ?? unfinished(open) ?? proseKind(around);
  return { kind, prose: kind in PROSE_KINDS, name: NAMES[kind], block, open };
}

const PROSE_KINDS: Readonly<Partial<Record<ConstructKind, true>>> = {
  paragraph: true,
  heading: true,
  'list item': true,
  'block quote': true,
  table: true,
  footnote: true,
  'link text': true,
  'image description': true,
};

function openIn(text: string, block: SyntaxNode): OpenInline[] {
  return openInlines(text.slice(block.from)).map((inline) => {
    return { ...inline, from: inline.from + block.from, contentFrom: inline.contentFrom + block.from };
  });
}

function alien(around: readonly SyntaxNode[]): ConstructKind | undefined {
  return around.map(({ name }) => NOT_PROSE[name]).find((kind) => kind !== undefined);
}

function unfinished(open: readonly OpenInline[]): ConstructKind | undefined {
  for (const { name, closer } of open) {
    if (name in NOT_PROSE) return NOT_PROSE[name];
    if (closer === ')') return 'address';
    if (name === 'Link') return 'link text';
    if (name === 'Image') return 'image description';
  }
  return undefined;
}

function proseKind(around: readonly SyntaxNode[]): ConstructKind {
  if (around.some(({ name }) => /Heading/.test(name))) return 'heading';
  return around.map(({ name }) => PROSE[name]).find((kind) => kind !== undefined) ?? 'paragraph';
}
