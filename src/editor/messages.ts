import * as vscode from 'vscode';
import { asText } from './outsideText';

const PASSING_MS = 4_000;

/** Notifications; whatever they quote is shown as text. They resolve to the button that was pressed, if one was. */
export const notify = {
  information: (message: string, ...buttons: string[]) =>
    vscode.window.showInformationMessage(asText(`Inkling: ${message}`), ...buttons),
  warning: (message: string, ...buttons: string[]) =>
    vscode.window.showWarningMessage(asText(`Inkling: ${message}`), ...buttons),
  error: (message: string, ...buttons: string[]) =>
    vscode.window.showErrorMessage(asText(`Inkling: ${message}`), ...buttons),
  /** In the status bar for some seconds. */
  passing: (message: string, ms = PASSING_MS) => vscode.window.setStatusBarMessage(asText(message), ms),
  /** Asks before something that cannot be taken back. */
  confirm: (question: string, button: string) =>
    vscode.window.showWarningMessage(asText(question), { modal: true }, button),
};

/** A notification with a bar for as long as `work` runs; Cancel fires the signal. */
export function withProgress<T>(
  title: string,
  work: (
    report: (part: { readonly message: string; readonly increment?: number }) => void,
    signal: AbortSignal,
  ) => Thenable<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: asText(title), cancellable: true },
    async (bar, token) => {
      const cancelled = new AbortController();
      const subscription = token.onCancellationRequested(() => cancelled.abort());
      try {
        return await work((part) => bar.report({ ...part, message: asText(part.message) }), cancelled.signal);
      } finally {
        subscription.dispose();
      }
    },
  );
}
