import * as vscode from 'vscode';
import type { Wording } from '../core/text/locale';
import { readSettings, type Settings } from './settings';

/** The settings that hold for a document (those of its language and folder first) or a folder. */
export function settingsFor(scope?: vscode.ConfigurationScope): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', scope));
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
