import { normaliseLineBreaks } from '../../core/text/lines';
import type { TextEdit } from '../../engine/memory/memoryKeeper';

/** A change of a document; shaped like VS Code's `TextDocumentContentChangeEvent`. */
export interface Change {
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * The changes of a document as edits of its text in which each line's end counts as one unit.
 * @param eol units of a line's end in the document before: other line ends come as a change of all of it
 */
export function editsOf(changes: readonly Change[], eol: number): TextEdit[] {
  return changes.map(({ range: { start, end }, rangeOffset, rangeLength, text }) => ({
    offset: rangeOffset - start.line * (eol - 1),
    removed: rangeLength - (end.line - start.line) * (eol - 1),
    text: normaliseLineBreaks(text),
  }));
}
