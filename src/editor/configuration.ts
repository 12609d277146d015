import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import type { Wording } from '../core/text/locale';
import { foldCase } from '../core/text/words';
import { decidingPlace, readSettings, type Settings } from './settings';

/** The settings that hold for a document (those of its language and folder first) or a folder. */
export function settingsFor(scope?: vscode.ConfigurationScope): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', scope));
}

/**
 * Changes a setting in the place whose value holds now (the language, folder, workspace or user): a change in any other
 * would have no effect.
 * @param document whose folder and language count; absent where no document is open
 * @param change gives the new value for the present one, which was perhaps written by hand and may be of any type
 */
export async function updateSetting(
  key: string,
  document: vscode.TextDocument | undefined,
  change: (value: unknown) => unknown,
): Promise<void> {
  const config = vscode.workspace.getConfiguration('inkling', document);
  const { target, inLanguage, value } = decidingPlace(config.inspect(key));
  await config.update(key, change(value), vscode.ConfigurationTarget[target], inLanguage);
}

/** Changes one entry of an object setting, in the same place as `updateSetting`. */
export async function updateEntry(
  key: string,
  document: vscode.TextDocument,
  name: string,
  value: boolean,
): Promise<void> {
  await updateSetting(key, document, (entries) => ({ ...(isObject(entries) && entries), [name]: value }));
}

/** What patterns of a setting are held against: the path in its workspace folder, or all of it, with `/`. */
export function patternPath(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)
    ? vscode.workspace.asRelativePath(uri, false)
    : uri.fsPath.replaceAll('\\', '/');
}

/** How a process of its own is to speak: as the editor does. */
export function editorWording(): Wording {
  return { language: vscode.env.language, bundle: vscode.l10n.uri?.fsPath };
}

/** A setting that was written by hand may hold a string or a list, whose parts are no entries. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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
