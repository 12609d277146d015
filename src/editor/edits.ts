import type { TextDocumentChangeEvent } from 'vscode';
import type { LastEdit } from '../core/ghostText/suppression';
import type { TextEdit } from '../core/text/edits';

/** A surrogate pair, or a bracket with its closing one. */
const LONGEST_KEYSTROKE = 2;

type Edit = Pick<TextDocumentChangeEvent, 'reason'> & {
  readonly contentChanges: readonly { readonly text: string; readonly rangeLength: number }[];
};

/**
 * What an event did to the text as a whole: `none` for a document that was merely saved or became dirty, `delete` where
 * text was only removed. Replacing a selection counts as an insertion, even by shorter text.
 */
export function classifyEdit({ reason, contentChanges }: Edit): LastEdit {
  if (contentChanges.length === 0) return 'none';
  if (reason !== undefined) return 'undo';
  return contentChanges.every(({ text }) => text === '') ? 'delete' : 'insert';
}

/** Whether an edit is small enough for a key press, as opposed to an accepted suggestion or a paste. */
export function isKeystroke({ removed, text }: TextEdit): boolean {
  return removed === 0 && text.length <= LONGEST_KEYSTROKE;
}
