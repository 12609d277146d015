import * as vscode from 'vscode';
import type { Wording } from '../core/text/locale';
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
