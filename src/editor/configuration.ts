import * as vscode from 'vscode';
import { readSettings, type Settings } from './settings';

/** The settings that hold for a document: those of its language and folder first. */
export function settingsFor(document?: vscode.TextDocument): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', document));
}
