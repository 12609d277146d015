/** Range of text that the panel inserted, in offsets of the document. */
export interface InsertedText {
  readonly from: number;
  readonly to: number;
}

/**
 * One change of an edit, in offsets of the document before the edit; shaped like VS Code's
 * `TextDocumentContentChangeEvent`.
 */
export interface Change {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * The range after an edit of the document; undefined when the edit touched the text, which then belongs to the writer
 * even if the words are the same. Text typed right before or after it leaves it intact.
 */
export function afterEdit({ from, to }: InsertedText, changes: readonly Change[]): InsertedText | undefined {
  let shift = 0;
  for (const { rangeOffset, rangeLength, text } of changes) {
    if (rangeOffset + rangeLength <= from) shift += text.length - rangeLength;
    else if (rangeOffset < to) return undefined;
  }
  return { from: from + shift, to: to + shift };
}
