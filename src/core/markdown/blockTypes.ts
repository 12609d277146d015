/** A quotation, list item, footnote or callout around a line. */
export interface Container {
  readonly kind: 'quote' | 'item' | 'footnote' | 'callout';
  /**
   * Its sign, by which lists are told apart: `-`, `+`, `*`, `.` or `)` of an item, `:` of a definition; `>` of a
   * quotation, `^` of a footnote.
   */
  readonly marker: string;
  /** Columns from the container around it to its content. */
  readonly indent: number;
  /** An item that has only its marker yet: a blank line ends it. */
  readonly empty: boolean;
}

export type LineKind =
  | 'blank'
  | 'paragraph'
  | 'heading'
  | 'underline'
  | 'rule'
  | 'table'
  | 'link definition'
  /** The line that names a callout's type, or that ends it. */
  | 'callout'
  | 'code block'
  | 'HTML'
  | 'comment'
  | 'formula'
  | 'front matter'
  | 'template';

/** Blocks that hold words, and inline markup in them. */
export const TEXT_BLOCKS: ReadonlySet<LineKind> = new Set(['paragraph', 'heading', 'table']);

/** A block whose lines go on with whatever they hold until the one that ends it. */
export interface Verbatim {
  readonly kind: 'code block' | 'HTML' | 'comment' | 'formula' | 'template';
  /** What ends it: for code the fence, else a sign that its last line holds; empty where a blank line does. */
  readonly end: string;
}

/** What may go on in the next line. */
export type OpenBlock =
  | Verbatim
  | { readonly kind: 'table' }
  | {
      readonly kind: 'paragraph';
      /** How many cells its last line would have as the head of a table; 0 where it can be none. */
      readonly cells: number;
    };

/** What is open where a line begins. */
export interface BlockState {
  readonly containers: readonly Container[];
  readonly block: OpenBlock | null;
}

/** Of a paragraph that is no table's head. */
export const PARAGRAPH: OpenBlock = { kind: 'paragraph', cells: 0 };
export const START: BlockState = { containers: [], block: null };

/** A line in its place among the blocks. */
export interface BlockLine {
  readonly kind: LineKind;
  /** The containers around its content, and how many of them begin in this line. */
  readonly containers: readonly Container[];
  readonly opened: number;
  /** Whether a block begins with it. */
  readonly first: boolean;
  /** Its content: after the markers of its containers, and before a heading's closing signs. */
  readonly from: number;
  readonly to: number;
  /** Markers before the content that are no words: those of quotations, footnotes, tasks and callouts. */
  readonly markers: readonly (readonly [from: number, to: number])[];
}

export function isVerbatim(block: OpenBlock): block is Verbatim {
  return block.kind !== 'paragraph' && block.kind !== 'table';
}

/** A line that was read: its place among the blocks, and what is open after it. */
export interface Read {
  readonly line: BlockLine;
  readonly next: BlockState;
}
