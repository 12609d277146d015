import type * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { foldCase } from '../../core/text/words';
import { settingsFor, updateEntry, updateSetting } from '../configuration';

/** Turns ghost text on or off for the language of a document. */
export async function toggleLanguage(document: vscode.TextDocument): Promise<void> {
  const enabled = isEnabledFor(settingsFor(document).enable, document.languageId);
  await updateEntry('enable', document, document.languageId, !enabled);
}

/** Puts a word among those that are never suggested, in the list that holds for the document. */
export async function neverSuggest(document: vscode.TextDocument, word: string): Promise<void> {
  await updateSetting('ghostText.blockedWords', document, (listed) => {
    // A list that was written by hand may hold anything.
    const blocked = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
    return blocked.map(foldCase).includes(foldCase(word)) ? listed : [...blocked, word];
  });
}
