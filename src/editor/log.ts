import * as vscode from 'vscode';

/** The output channel `Inkling`; VS Code's own `Developer: Set Log Level...` sets how much it says. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Inkling', { log: true });
}
