import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import { settingsFor } from '../configuration';

type Entries = Record<string, boolean>;

/** Turns ghost text on or off for the language of a document. */
export async function toggleLanguage(document: vscode.TextDocument): Promise<void> {
  const enabled = isEnabledFor(settingsFor(document).enable, document.languageId);
  await updateEntry('enable', document, document.languageId, !enabled);
}

/**
 * Changes one entry of an object setting in the place that decides now: the folder's or the workspace's settings if
 * they have entries of their own, else the user's.
 */
export async function updateEntry(
  key: string,
  document: vscode.TextDocument,
  name: string,
  value: boolean,
): Promise<void> {
  const config = vscode.workspace.getConfiguration('inkling', document);
  const own = config.inspect<Entries>(key);
  const [target, entries] =
    own?.workspaceFolderValue !== undefined
      ? [vscode.ConfigurationTarget.WorkspaceFolder, own.workspaceFolderValue]
      : own?.workspaceValue !== undefined
        ? [vscode.ConfigurationTarget.Workspace, own.workspaceValue]
        : [vscode.ConfigurationTarget.Global, own?.globalValue];
  await config.update(key, { ...entries, [name]: value }, target);
}
