/** Where text that was put into a document stands, in offsets of the document. */
export interface InsertedText {
  readonly from: number;
  readonly to: number;
}

/** What an edit put in place of what, in offsets of the document before, as VS Code tells of it. */
export interface Change {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/**
 * Where the text stands after an edit of the document; undefined when the edit touched it, so that what stands there now
 * is the writer's, be it the same words. What is written right before or behind it leaves it whole.
 */
export function afterEdit({ from, to }: InsertedText, changes: readonly Change[]): InsertedText | undefined {
  let shift = 0;
  for (const { rangeOffset, rangeLength, text } of changes) {
    if (rangeOffset + rangeLength <= from) shift += text.length - rangeLength;
    else if (rangeOffset < to) return undefined;
  }
  return { from: from + shift, to: to + shift };
}
