import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { currentLanguage } from '../core/text/locale';
import { escapeText } from '../pictures/svg';
import { TEXTS } from './protocol';

/**
 * The HTML of the view. Its CSP allows one script and one style sheet, by nonce, and images from `data:` URLs; nothing
 * else loads or runs. The translations are embedded as JSON, which no browser executes.
 */
export function page(webview: vscode.Webview, extension: vscode.Uri): string {
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'media', name));
  const nonce = randomBytes(16).toString('base64');
  // Escaped so that no text can close the script element.
  const texts = JSON.stringify(vscode.l10n.bundle ?? {}).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${escapeText(currentLanguage())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(vscode.l10n.t('Explain Next Token'))}</title>
<script type="application/json" id="${TEXTS}">${texts}</script>
<link rel="stylesheet" nonce="${nonce}" href="${file('panel.css')}">
<script nonce="${nonce}" src="${file('panel.js')}" defer></script>
</head>
<body></body>
</html>`;
}
