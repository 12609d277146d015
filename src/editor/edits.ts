import type { TextDocumentChangeEvent } from 'vscode';
import type { LastEdit } from '../core/ghostText/suppression';

type Edit = Pick<TextDocumentChangeEvent, 'reason'> & {
  readonly contentChanges: readonly { readonly text: string; readonly rangeLength: number }[];
};

/** What an event did to the text as a whole: `none` for a document that was merely saved or turned dirty. */
export function classifyEdit({ reason, contentChanges }: Edit): LastEdit {
  if (contentChanges.length === 0) return 'none';
  if (reason !== undefined) return 'undo';
  const inserted = contentChanges.reduce((sum, change) => sum + change.text.length, 0);
  const removed = contentChanges.reduce((sum, change) => sum + change.rangeLength, 0);
  return inserted < removed ? 'delete' : 'insert';
}
