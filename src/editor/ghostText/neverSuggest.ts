import type * as vscode from 'vscode';
import { foldCase } from '../../core/text/words';
import { updateSetting } from './toggle';

/** Puts a word among those that are never suggested, in the list that holds for the document. */
export async function neverSuggest(document: vscode.TextDocument, word: string): Promise<void> {
  await updateSetting('ghostText.blockedWords', document, (listed) => {
    // A list that was written by hand may hold anything.
    const blocked = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
    return blocked.map(foldCase).includes(foldCase(word)) ? listed : [...blocked, word];
  });
}
