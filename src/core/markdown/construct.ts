import { endsSentence, lastSentenceStart } from '../text/sentences';
import type { Block } from './blocks';
import { type LineKind, TEXT_BLOCKS } from './blockTypes';
import { readInline } from './inline';
import type { InlineReading, OpenInline } from './inlineTypes';
import { countCells } from './leaves';

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
  | 'footnote name'
  | 'wiki link'
  | 'citation'
  | 'emoji code'
  | 'task box'
  | 'callout type'
  | 'tag'
  | 'template'
  | 'attributes'
  /** Behind the last cell of a row: what is written there is in no column, and not shown. */
  | 'end of row'
  /** A line of signs that is a rule, underlines a heading or parts the rows of a table. */
  | 'rule'
  /** `^name`, as Obsidian names a block. */
  | 'block name'
  /** `&mdash`, up to its semicolon. */
  | 'character name'
  /** One of the two signs that close emphasis. */
  | 'emphasis sign';

/** Where the cursor is in a Markdown document. */
export interface Construct {
  readonly kind: ConstructKind;
  /** Whether prose is written here. */
  readonly prose: boolean;
  /**
   * What the writer has begun in the cursor's block and not closed, innermost first, with offsets in the block's text.
   */
  readonly open: readonly OpenInline[];
}

const PROSE: ReadonlySet<ConstructKind> = new Set([
  'paragraph',
  'heading',
  'list item',
  'block quote',
  'table',
  'footnote',
  'link text',
  'image description',
]);

/** Limit of unclosed signs examined: a text with more of them is not prose. */
const MOST_SIGNS = 16;

/**
 * The construct at the end of the block with the cursor.
 * @param after what follows the cursor in its block
 */
export function constructOf(block: Block, after: string): Construct {
  if (!TEXT_BLOCKS.has(block.kind)) return construct(nonProseKind(block.kind), []);
  const inTable = block.kind === 'table';
  if (inTable && isBehindCells(block)) return construct('end of row', []);
  const from = inTable ? cellStart(block.text) : 0;
  const text = block.text.slice(from);
  const rest = inTable ? after.split(/[|\n]/, 1)[0] : after;
  const reading = readInline(text, rest);
  const begun = withoutClosed(reading.open, text, rest);
  const sentence = begun.length > 0 ? lastSentenceStart(text) : 0;
  const open = begun.filter((inline, i) => inline.sure || (i < MOST_SIGNS && isMeant(inline, text, sentence)));
  if (isBeingClosed(reading, open, text)) return construct('emphasis sign', open);
  const kinds = open.flatMap(({ kind }) => (kind === 'emphasis' ? [] : [kind]));
  return construct(
    // What is not prose holds none: a bracket in code begins no link.
    kinds.find((kind) => !PROSE.has(kind)) ??
      markKind(block) ??
      lineKind(block) ??
      wordKind(text.slice(lastEnd(reading))) ??
      kinds.at(0) ??
      blockKind(block),
    open.map((inline) => ({ ...inline, from: inline.from + from, contentFrom: inline.contentFrom + from })),
  );
}

/**
 * Stands for the text that is about to be written: only behind a word can the signs after the cursor close emphasis.
 */
const WRITTEN = 'x';

/** What was begun; emphasis that is closed after the cursor has no closer left to be written. */
function withoutClosed(begun: readonly OpenInline[], text: string, after: string): readonly OpenInline[] {
  if (!begun.some(({ kind, closer }) => kind === 'emphasis' && after.includes(closer[0]))) return begun;
  const left = readInline(text + WRITTEN + after).open.filter(({ kind }) => kind === 'emphasis');
  const closers = new Map(left.map(({ from, closer }) => [from, closer]));
  return begun.map((inline) => {
    if (inline.kind !== 'emphasis') return inline;
    const closer = closers.get(inline.from) ?? '';
    return { ...inline, closer, sure: closer !== inline.closer };
  });
}

/** Whether a text ends in some of the signs that close emphasis, and others are still to come: `**so*`, `__so_`. */
function isBeingClosed({ cuts, open }: InlineReading, meant: readonly OpenInline[], text: string): boolean {
  const emphasis = ({ kind }: OpenInline) => kind === 'emphasis';
  if (cuts.some(({ to }) => to === text.length)) {
    return open
      .filter(emphasis)
      .some(({ contentFrom }) => cuts.some(({ from, put }) => from === contentFrom && put === ''));
  }
  return meant.filter(emphasis).some(({ closer, contentFrom }) => {
    const from = trimmedEnd(text, closer.at(0) ?? '');
    const signs = text.length - from;
    return signs > 0 && signs < closer.length && from > contentFrom && !/\s/.test(text[from - 1]);
  });
}

/** How long a text is without the signs at its end. */
function trimmedEnd(text: string, sign: string): number {
  let end = text.length;
  while (end > 0 && text[end - 1] === sign) end--;
  return end;
}

function construct(kind: ConstructKind, open: readonly OpenInline[]): Construct {
  return { kind, prose: PROSE.has(kind), open };
}

function nonProseKind(kind: LineKind): ConstructKind {
  switch (kind) {
    case 'link definition':
      return 'address';
    case 'callout':
      return 'callout type';
    case 'code block':
    case 'HTML':
    case 'comment':
    case 'formula':
    case 'front matter':
    case 'template':
      return kind;
    default:
      return 'paragraph';
  }
}

function blockKind({ kind, containers }: Block): ConstructKind {
  if (kind === 'heading' || kind === 'table') return kind;
  switch (containers.at(-1)?.kind) {
    case 'item':
      return 'list item';
    case 'quote':
      return 'block quote';
    case 'footnote':
      return 'footnote';
    default:
      return 'paragraph';
  }
}

/** Where the last cell of a table begins. */
function cellStart(text: string): number {
  let start = text.lastIndexOf('\n') + 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '|') start = at + 1;
  }
  while (text[start] === ' ') start++;
  return start;
}

/** Whether what is written at the end of a table would be one cell more than its head has. */
function isBehindCells({ text, columns = 0 }: Block): boolean {
  return columns > 0 && countCells(text.slice(text.lastIndexOf('\n') + 1) + WRITTEN, 0) > columns;
}

/** With the signs that some put into boxes. */
const TASK_BOX = /^\[[ xX/<>?!*~-]?$/;
/** `> [!NOTE]`, as GitHub and Obsidian write it. */
const CALLOUT_TYPE = /^\[![\p{L}\p{N}-]*$/u;

/** The mark under the cursor that says what kind of list item or quotation its block is. */
function markKind({ text, containers, opened }: Block): ConstructKind | undefined {
  const container = containers.at(-1)?.kind;
  if (container === 'item' && opened > 0 && TASK_BOX.test(text)) return 'task box';
  return container === 'quote' && CALLOUT_TYPE.test(text) ? 'callout type' : undefined;
}

/** The line between the rows of a table, of a grid or of columns, and a rule. */
const RULE = /^(?:[|+](?=[|+: \t]*[-=])[-=:|+ \t]*|:?-+:?[ \t]*\|[-:| \t]*|[-=]{3}[-= \t]*)$/;
/** What is fewer signs underlines the line above. */
const UNDERLINE = /^(?:-{2,}|=+|:-+)$/;

/** What the line under the cursor is, where it holds no words yet and will hold none. */
function lineKind({ kind, text }: Block): ConstructKind | undefined {
  if (kind === 'heading') return undefined;
  const start = text.lastIndexOf('\n') + 1;
  const line = text.slice(start, start + LONGEST_WORD);
  return RULE.test(line) || (start > 0 && UNDERLINE.test(line)) ? 'rule' : undefined;
}

/** Where the last piece of inline markup ends: what was closed is no part of the word under the cursor. */
function lastEnd({ cuts, verbatim }: InlineReading): number {
  const end = cuts.reduce((last, { from, to }) => (to > from + 1 ? Math.max(last, to) : last), 0);
  return verbatim.reduce((last, [, to]) => Math.max(last, to), end);
}

/** UTF-16 units before the cursor searched for the current word. */
const LONGEST_WORD = 100;
const CITATION = /^[[(;-]*@[^\s@\]]*$/;
const TEX_CITATION = /^\\[a-z]{0,20}(?:cite|ref|label)[a-z]{0,20}\*?\{[^}]*$/i;
/** TeX's commands for files, addresses, packages, environments and lengths, in whose braces a name is written. */
const TEX_NAME =
  /^\\(?:includegraphics|input|include|usepackage|documentclass|bibliograph[a-z]{1,8}|addbibresource|url|href|begin|end|[hv]space)\*?(?:\[[^\]]*\])?\{[^}]*$/;
const MAIL_ADDRESS = /^[^\s@]+@[^\s@]*$/;
/** The path of a file (absolute, or after `./`, `../` or `~/`), or the address of a page without `https://`. */
const PATH = /^["'“‘(]*(?:(?:~|\.{1,2}|[A-Za-z]:)[/\\]|[/\\][^\s/\\]+[/\\]|(?:[\w-]+\.)+[a-z]{2,}\/)\S*$/;
const EMOJI_CODE = /(?:^|[^\p{L}\p{N}:]):[a-z\d_+-]+$/iu;
const TAG = /^[([]*#\p{L}[^\s#]*$/u;

const BLOCK_NAME = /^\^[A-Za-z][\w-]*$/;
const CHARACTER_NAME = /(?:^|[^\p{L}\p{N}])&#?[A-Za-z\d]{1,32}$/u;
/** `{name`, `{props.name`. */
const EXPRESSION = /^["'“‘(>]*\{[\w$][\w$.]*$/;

/** What the word under the cursor is, where it is no word of a language. */
function wordKind(text: string): ConstructKind | undefined {
  const near = text.slice(-LONGEST_WORD);
  const word = near.split(/\s/).at(-1) ?? '';
  const command = word.slice(word.lastIndexOf('\\'));
  if (CITATION.test(word) || TEX_CITATION.test(command)) return 'citation';
  if (MAIL_ADDRESS.test(word) || PATH.test(word) || TEX_NAME.test(command)) return 'address';
  if (TAG.test(word)) return 'tag';
  if (BLOCK_NAME.test(word)) return 'block name';
  if (CHARACTER_NAME.test(word)) return 'character name';
  if (EXPRESSION.test(word)) return 'template';
  return EMOJI_CODE.test(word) ? 'emoji code' : undefined;
}

/**
 * Whether an unclosed sign is meant to open something. CommonMark treats unclosed signs as text, and most often they
 * are: `f(*args)`, `the ' key`, `a note* below`. One counts as open within its sentence, or as long as it begins a
 * sentence, and not outside the brackets or quotes around it.
 * @param sentence start of the last sentence of the text
 */
function isMeant({ kind, from, contentFrom }: OpenInline, text: string, sentence: number): boolean {
  if (kind === 'image description') return true;
  // `arr[i` is no link.
  if (kind === 'link text' && WORD.test(text[from - 1] ?? '')) return false;
  if (kind === 'inline code' && (/\s/.test(text[contentFrom] ?? '') || WORD.test(text[from - 1] ?? ''))) return false;
  // CommonMark lets emphasis begin inside a word; `a*b` is a product far more often.
  if (kind === 'emphasis' && (GLUED.test(text[from - 1] ?? '') || beginsName(text, contentFrom))) return false;
  if (kind === 'emphasis' && NO_BEGINNING.test(text.slice(contentFrom, contentFrom + 2))) return false;
  if (kind === 'emphasis' && ABBREVIATION.test(text.slice(contentFrom, contentFrom + LONGEST_NAME))) return false;
  if (leavesBrackets(text, from, contentFrom)) return false;
  if (from >= sentence) return true;
  const before = text.slice(Math.max(0, from - SENTENCE_END), from).trimEnd();
  // Emphasis of whole sentences begins as a sentence does: `*args is a list. And` has none.
  return kind === 'emphasis' && !LOWER_CASE.test(text[contentFrom] ?? '') && (before === '' || endsSentence(before));
}

/** Behind these a sign is part of a word, a path or an option. */
const GLUED = /[\p{L}\p{N}/\\=^]/u;
/** No word begins like this, but the rest of a path or comment does: `*.md`, `**` and a slash, `*` and a slash. */
const NO_BEGINNING = /^(?:[/^,;:)\]}|=]|\.(?!\.))/;
const LOWER_CASE = /\p{Ll}/u;
/**
 * A name out of a program: a word with `_`, a digit or a capital inside, or with a call or a member behind it; `args`
 * and `kwargs`; a letter that is no word by itself, as in `char *p`.
 */
const NAME =
  /^(?:[b-df-hj-np-tvxz](?![\p{L}\p{M}'’])|[\p{L}\d]*(?:_[\p{L}\d]|\p{Ll}\p{Lu}|\p{L}\d)|[\p{L}\d]+(?:\(|\.\p{Ll})|(?:kw)?args(?![\p{L}\p{M}]))/u;
/** UTF-16 units of a name that are examined. */
const LONGEST_NAME = 64;

/** Whether a sign is followed by a name from a program, such as `*args`, `**my_options` or `_lineCount`. */
function beginsName(text: string, at: number): boolean {
  return NAME.test(text.slice(at, at + LONGEST_NAME));
}

/** `*[HTML]: Hypertext Markup Language`, which Markdown Extra reads as the meaning of an abbreviation. */
const ABBREVIATION = /^\[[^\]\n]+\]:/;
const WORD = /[\p{L}\p{N}]/u;
/** More UTF-16 units than there are between a sentence's end and the next sentence. */
const SENTENCE_END = 64;

const PAIRS: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '“': '”',
  '«': '»',
  '"': '"',
  "'": "'",
  '‘': '’',
};

/** Whether a bracket or quote that was open before `from` is closed after it. */
function leavesBrackets(text: string, from: number, contentFrom: number): boolean {
  const closer = PAIRS[text[from - 1] ?? ''];
  if (closer !== undefined && text.includes(closer, contentFrom)) return true;
  let depth = 0;
  for (let at = contentFrom; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && depth-- === 0) return true;
  }
  return false;
}
