import { normaliseLineBreaks } from './lines';

/** An edit of a text: `text` replaces `removed` UTF-16 units at `offset` of the text before the edit. */
export interface TextEdit {
  readonly offset: number;
  readonly removed: number;
  readonly text: string;
}

/** A range of a text, in UTF-16 units. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** An edit in the form of VS Code's `TextDocumentContentChangeEvent`. */
interface ContentChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

interface LineChange extends ContentChange {
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
}

/** The changes of a document as edits, in offsets of the document before all of them. */
export function editsOf(changes: readonly ContentChange[]): TextEdit[] {
  return changes.map(({ rangeOffset, rangeLength, text }) => ({ offset: rangeOffset, removed: rangeLength, text }));
}

/**
 * The changes of a document as edits of its text with LF line endings.
 * @param eol length of a line ending in the document before; a change of line endings replaces the whole document
 */
export function normalisedEditsOf(changes: readonly LineChange[], eol: number): TextEdit[] {
  return changes.map(({ range: { start, end }, rangeOffset, rangeLength, text }) => ({
    offset: rangeOffset - start.line * (eol - 1),
    removed: rangeLength - (end.line - start.line) * (eol - 1),
    text: normaliseLineBreaks(text),
  }));
}

/**
 * Where a range is after edits outside of it; undefined when one of them touched it.
 * @param edits in offsets of the text before all of them
 * @param margin 1 if an edit right before or after the range touches it, 0 if it leaves the range intact
 */
export function rangeAfter({ from, to }: TextRange, edits: readonly TextEdit[], margin: 0 | 1): TextRange | undefined {
  let shift = 0;
  for (const { offset, removed, text } of edits) {
    if (offset + removed <= from - margin) shift += text.length - removed;
    else if (offset < to + margin) return undefined;
  }
  return { from: from + shift, to: to + shift };
}
