import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import type { Wording } from '../core/text/locale';
import { foldCase } from '../core/text/words';
import { decidingPlace, readSettings, type Settings } from './settings';

/** The settings for a document (with its language and folder) or a folder. */
export function settingsFor(scope?: vscode.ConfigurationScope): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', scope));
}

/**
 * Changes a setting in the scope that currently decides its value (language, folder, workspace or user): a change in
 * any other would have no effect.
 * @param document decides language and folder; absent where no document is open
 * @param change returns the new value for the current one, which may be of any type if written by hand
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

/** Changes one entry of an object setting, in the same scope as `updateSetting`. */
export async function updateEntry(
  key: string,
  document: vscode.TextDocument,
  name: string,
  value: boolean,
): Promise<void> {
  await updateSetting(key, document, (entries) => ({ ...(isObject(entries) && entries), [name]: value }));
}

/** The path that a setting's patterns are matched against: relative to the workspace folder if in one, with `/`. */
export function patternPath(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)
    ? vscode.workspace.asRelativePath(uri, false)
    : uri.fsPath.replaceAll('\\', '/');
}

/** Language and translations for another process. */
export function editorWording(): Wording {
  return { language: vscode.env.language, bundle: vscode.l10n.uri?.fsPath };
}

/** A setting written by hand may be a string or a list, whose parts are no entries. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Turns ghost text on or off for the language of a document. */
export async function toggleLanguage(document: vscode.TextDocument): Promise<void> {
  const enabled = isEnabledFor(settingsFor(document).enable, document.languageId);
  await updateEntry('enable', document, document.languageId, !enabled);
}

/** Adds a word to the blocked words, in the scope that decides for the document. */
export async function neverSuggest(document: vscode.TextDocument, word: string): Promise<void> {
  await updateSetting('ghostText.blockedWords', document, (listed) => {
    // A list written by hand may contain anything.
    const blocked = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
    return blocked.map(foldCase).includes(foldCase(word)) ? listed : [...blocked, word];
  });
}
