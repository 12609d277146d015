import * as vscode from 'vscode';
import type { Wording } from '../core/text/locale';
import { readSettings, type Settings } from './settings';

/** The settings that hold for a document (those of its language and folder first) or a folder. */
export function settingsFor(scope?: vscode.ConfigurationScope): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', scope));
}

/** How a process of its own is to speak: as the editor does. */
export function editorWording(): Wording {
  return { language: vscode.env.language, bundle: vscode.l10n.uri?.fsPath };
}
