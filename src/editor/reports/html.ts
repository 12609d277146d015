import { SETTINGS } from '../../manifest';
import { spell } from '../../pictures/spelling';
import { escapeText } from '../../pictures/svg';

/** The URI of a command link, which a report may run if the command is in `REPORT_COMMANDS`. */
export function commandUri(command: string, ...args: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}

/** A link styled as a button. */
export function button(text: string, uri: string): string {
  return `<a class="button" role="button" href="${escapeText(uri)}">${escapeText(text)}</a>`;
}

/** A sentence as HTML, with links for the settings that it names. */
export function sentence(text: string): string {
  return escapeText(text).replaceAll(/inkling(?:\.\w+)+/g, (name) =>
    name in SETTINGS ? `<a href="${escapeText(commandUri('workbench.action.openSettings', name))}">${name}</a>` : name,
  );
}

/** A token as displayed in the panel. */
export function tokenHtml(text: string): string {
  const pieces = spell(text, 'plain').map(({ kind, text }) =>
    kind === 'text' ? escapeText(text) : `<span class="sign">${escapeText(text)}</span>`,
  );
  return `<bdi class="token">${pieces.join('')}</bdi>`;
}

/** A table cell with a bar behind its text; the bar takes `share` of the width. */
export function barCell(share: number, text: string): string {
  const width = Math.round(100 * Math.min(1, Math.max(0, share)));
  return `<td class="wide"><meter min="0" max="100" value="${width}" aria-hidden="true"></meter> ${escapeText(text)}</td>`;
}

/** The style rules of a report, using the colours of the reader's theme. */
export const REPORT_STYLE = `
body{max-inline-size:70rem;margin:0 auto;padding:1rem 1.5rem 3rem;color:var(--vscode-foreground);font-family:var(--vscode-font-family);font-size:var(--vscode-font-size);line-height:1.55}
h1{font-size:1.5em;font-weight:600;margin:.4em 0 .6em}h2{font-size:1.1em;font-weight:600;margin:0 0 .3em}
p{margin:0 0 .8em;max-inline-size:46rem}.lead{font-size:1.1em}
.muted,.prompt,figcaption,dt,thead th{color:var(--vscode-descriptionForeground)}
.token,blockquote{font-family:var(--vscode-editor-font-family);overflow-wrap:anywhere}.token .sign{opacity:.6}.token{white-space:pre-wrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:1rem}
.card{padding:.8rem 1rem 1rem;border:1px solid var(--vscode-contrastBorder,var(--vscode-widget-border,#8884));border-radius:4px;min-inline-size:0}
blockquote{margin:.5em 0;padding:0;border:0;background:none;white-space:pre-wrap;font-size:.95em}
table{border-collapse:collapse;inline-size:100%;font-size:.95em}th,td{padding:.15em .8em .15em 0;text-align:start;vertical-align:top;font-weight:400}
td.wide,th[scope=row],td.number{white-space:nowrap}th .token{overflow-wrap:normal;white-space:pre}@media (max-width:30rem){.scroll meter{display:none}}td.number{font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
meter{inline-size:4rem;margin-inline-end:.4em;block-size:.8em;vertical-align:middle}meter::-webkit-meter-bar{background:none;border:0;block-size:.8em}
meter::-webkit-meter-optimum-value{background:var(--vscode-charts-blue);border-radius:0 2px 2px 0}
dl{display:flex;flex-wrap:wrap;gap:.2em 1.4em;margin:.6em 0}dt{font-size:.85em}dd{margin:0;font-variant-numeric:tabular-nums}
a{color:var(--vscode-textLink-foreground)}
.button{display:inline-block;margin:.3em .5em 0 0;padding:.25em .9em;border:1px solid var(--vscode-button-border,var(--vscode-contrastBorder,transparent));border-radius:2px;background:var(--vscode-button-secondaryBackground);color:var(--vscode-button-secondaryForeground);text-decoration:none}
.button:hover{background:var(--vscode-button-secondaryHoverBackground)}
:focus-visible{outline:1px solid var(--vscode-focusBorder);outline-offset:1px}
summary{cursor:pointer}pre{overflow-x:auto;padding:.6em;background:var(--vscode-textCodeBlock-background);font-size:.9em}`;
