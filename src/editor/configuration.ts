import * as vscode from 'vscode';
import { readSettings, type Settings } from './settings';

/** The settings that hold for a document: those of its language and folder first. */
export function settingsFor(document?: vscode.TextDocument): Settings {
  return readSettings(vscode.workspace.getConfiguration('inkling', document));
}

/** Whether one of the patterns of `inkling.exclude` matches a document. */
export function isExcluded(exclude: Settings['exclude'], document: vscode.TextDocument): boolean {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  return Object.entries(exclude).some(([glob, on]) => {
    const pattern = folder ? new vscode.RelativePattern(folder, glob) : glob;
    return on && vscode.languages.match({ pattern }, document) > 0;
  });
}
