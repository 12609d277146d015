import { type ChangedRange, type Tree, TreeFragment } from '@lezer/common';
import { markdown } from './syntax';

/** Stands at the cursor for what is about to be written there, so that the cursor lies inside its construct. */
export const PLACEHOLDER = 'x';

/** The text before a cursor, parsed as if a word were being written at its end. */
export interface TextBefore {
  readonly text: string;
  /** Of `text` and the placeholder after it. */
  readonly tree: Tree;
}

/** A Markdown text with its syntax tree. Edits parse only what they touch. */
export class MarkdownDocument {
  private fragments: readonly TreeFragment[];
  private current: Tree;

  constructor(private source: string) {
    this.current = markdown.parse(source);
    this.fragments = TreeFragment.addTree(this.current);
  }

  get text(): string {
    return this.source;
  }

  get tree(): Tree {
    return this.current;
  }

  /** Takes over the text after an edit. `changes`, in order, tell what of the old text (A) became what of the new (B). */
  update(text: string, changes: readonly ChangedRange[]): void {
    const kept = TreeFragment.applyChanges(this.fragments, changes);
    this.current = markdown.parse(text, kept);
    this.fragments = TreeFragment.addTree(this.current, kept);
    this.source = text;
  }

  /** The text before `offset`, for which only the end is parsed again. */
  before(offset: number): TextBefore {
    const text = this.source.slice(0, offset);
    const cut = { fromA: offset, toA: this.source.length, fromB: offset, toB: offset + PLACEHOLDER.length };
    return { text, tree: markdown.parse(text + PLACEHOLDER, TreeFragment.applyChanges(this.fragments, [cut])) };
  }
}
