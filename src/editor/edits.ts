import type { TextDocumentChangeEvent } from 'vscode';
import type { LastEdit } from '../core/ghostText/suppression';
import type { TextEdit } from '../core/text/edits';

/** A character of two units, or a bracket and the one that closes it. */
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

/** Whether one key puts so little there: what is accepted, pasted or completed is no letter that was typed. */
export function isKeystroke({ removed, text }: TextEdit): boolean {
  return removed === 0 && text.length <= LONGEST_KEYSTROKE;
}
