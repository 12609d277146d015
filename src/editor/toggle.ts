import * as vscode from 'vscode';
import { isEnabledFor, readSettings } from './settings';

/**
 * Turns ghost text on or off for the language of a document, in the place that decides now: the folder's or the
 * workspace's settings if they have an entry of their own, else the user's.
 */
export async function toggle(document: vscode.TextDocument): Promise<void> {
  const config = vscode.workspace.getConfiguration('inkling', document.uri);
  const own = config.inspect<Record<string, boolean>>('enable');
  const [target, entries] =
    own?.workspaceFolderValue !== undefined
      ? [vscode.ConfigurationTarget.WorkspaceFolder, own.workspaceFolderValue]
      : own?.workspaceValue !== undefined
        ? [vscode.ConfigurationTarget.Workspace, own.workspaceValue]
        : [vscode.ConfigurationTarget.Global, own?.globalValue];
  const enabled = isEnabledFor(readSettings(config).enable, document.languageId);
  await config.update('enable', { ...entries, [document.languageId]: !enabled }, target);
}
