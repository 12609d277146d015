import { type ExtensionContext, StatusBarAlignment, window } from 'vscode';

export function activate(context: ExtensionContext): void {
  const item = window.createStatusBarItem('inkling.status', StatusBarAlignment.Right);
  item.text = 'Inkling';
  item.show();
  context.subscriptions.push(item);
}
