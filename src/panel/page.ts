import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The view's page: one script and one style sheet, both let in by a nonce, and pictures that the page itself
 * draws; nothing else may load or run. */
export function page(webview: vscode.Webview, extension: vscode.Uri): string {
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'media', name));
  const nonce = randomBytes(16).toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Explain Next Token</title>
<link rel="stylesheet" nonce="${nonce}" href="${file('panel.css')}">
<script nonce="${nonce}" src="${file('panel.js')}" defer></script>
</head>
<body></body>
</html>`;
}
