import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { settingsFor } from '../configuration';
import { decidingPlace } from '../settings';

/** Turns ghost text on or off for the language of a document. */
export async function toggleLanguage(document: vscode.TextDocument): Promise<void> {
  const enabled = isEnabledFor(settingsFor(document).enable, document.languageId);
  await updateEntry('enable', document, document.languageId, !enabled);
}

/** Changes one entry of an object setting in the place that decides now. */
export async function updateEntry(
  key: string,
  document: vscode.TextDocument,
  name: string,
  value: boolean,
): Promise<void> {
  await updateSetting(key, document, (entries) => ({ ...(entries as Record<string, boolean>), [name]: value }));
}

/**
 * Changes a setting in the place that decides now: elsewhere the change would say nothing.
 * @param document whose folder and language count; absent where there is none
 * @param change makes the new value of the one that stands there, which may be anything
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
