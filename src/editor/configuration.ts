import * as vscode from 'vscode';
import { readSettings, type Settings } from './settings';

/** The settings that hold for a document (those of its language and folder first) or a folder. */
export function settingsFor(scope?: vscode.ConfigurationScope): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', scope));
}
