import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { currentLanguage } from '../../core/text/locale';
import { escapeText } from '../../pictures/svg';
import { REPORT_STYLE } from './html';

/** Commands that links in a report may run. */
const REPORT_COMMANDS = [
  'inkling.insertContinuation',
  'inkling.suggestNow',
  'inkling.explainNextToken',
  'inkling.chooseModel',
  'workbench.action.openSettings',
  'vscode.open',
];

/** Replaces an updated part of the page; the rest stays, including the scroll position. */
const UPDATE = `addEventListener('message', ({ data: { id, html } }) => {
  const part = document.getElementById(id);
  if (part) part.innerHTML = html;
});`;

/** Report pages beside the document, one per title. */
export class Reports implements vscode.Disposable {
  readonly #panels = new Map<string, vscode.WebviewPanel>();
  readonly #bodies = new Map<string, string>();

  /** The HTML of a report as last shown. */
  body(title: string): string | undefined {
    return this.#bodies.get(title);
  }

  /**
   * Shows a report beside the document, which keeps the focus; replaces one with the same title.
   * @param body HTML with all external text escaped
   */
  show(title: string, body: string): void {
    const old = this.#panels.get(title);
    // In the document's own column it would cover the document.
    if (old?.viewColumn === vscode.window.activeTextEditor?.viewColumn) {
      old?.dispose();
      this.#panels.delete(title);
    }
    const panel = this.#panels.get(title) ?? this.#open(title);
    this.#bodies.set(title, body);
    panel.webview.html = page(title, body);
    panel.reveal(undefined, true);
  }

  /**
   * Replaces the part with this id in a report, unless it was closed.
   * @param body the complete new body, for when it is shown again
   */
  update(title: string, id: string, html: string, body: string): void {
    this.#bodies.set(title, body);
    void this.#panels.get(title)?.webview.postMessage({ id, html });
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
  }

  #open(title: string): vscode.WebviewPanel {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('inkling.report', title, place, {
      enableScripts: true,
      enableCommandUris: REPORT_COMMANDS,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    this.#panels.set(title, panel);
    panel.onDidDispose(() => this.#panels.get(title) === panel && this.#panels.delete(title));
    // A hidden report is reloaded, with all updates so far.
    let { visible } = panel;
    panel.onDidChangeViewState(() => {
      if (panel.visible && !visible) panel.webview.html = page(title, this.#bodies.get(title) ?? '');
      ({ visible } = panel);
    });
    return panel;
  }
}

function page(title: string, body: string): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!doctype html>
<html lang="${escapeText(currentLanguage())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style nonce="${nonce}">${REPORT_STYLE}</style>
<script nonce="${nonce}">${UPDATE}</script>
</head>
<body><main>${body}</main></body>
</html>`;
}
