import * as l10n from '@vscode/l10n';
import { levelOf } from '../core/analysis';
import { currentLanguage, fixed, whole } from '../core/text/locale';
import { describe, smallPrint, titleOf } from './caption';
import { levelText, toSvg } from './draw';
import type { Figure, SurprisalFigure } from './figure';
import { markStyle, styleOf, type Theme } from './palette';
import { escapeText } from './svg';
import { forPeople, shown, tableOf } from './table';

/** Rows shown on a page; CSV and JSON have all of them. */
const ROWS = 200;

/** The style rules of figures and pictures in HTML. */
export function figureStyle(theme: Theme): string {
  return (
    styleOf(theme) +
    markStyle(theme) +
    'figure.inkling{margin:1.5em 0}figure.inkling svg{max-width:100%;height:auto}' +
    '.inkling table{border-collapse:collapse;font-size:.85em;margin:.5em 0}' +
    '.inkling th,.inkling td{padding:.15em .7em;text-align:start;border-bottom:1px solid #8c959f66}' +
    '.inkling td.number{text-align:end;font-variant-numeric:tabular-nums}' +
    '.inkling .text{white-space:pre-wrap;line-height:1.9;overflow-wrap:anywhere}' +
    '.inkling figcaption,.inkling .small{font-size:.85em;overflow-wrap:anywhere}.inkling .scroll{overflow-x:auto}'
  );
}

/**
 * A figure as HTML: its picture (for a heat map, flowing text) and a collapsible table of its numbers. The page must
 * include `figureStyle`.
 * @param id a prefix of ids, unique on the page
 */
export function figureHtml(figure: Figure, id: string): string {
  const picture =
    figure.kind === 'surprisal'
      ? markedText(figure, id)
      : `<div class="scroll">${toSvg(figure, { id, theme: null })}</div>`;
  return `<figure class="inkling">${picture}${numbers(figure)}</figure>\n`;
}

/** A self-contained page of figures: no script, no external resources, light and dark. */
export function toPage(figures: readonly Figure[]): string {
  const title = figures.length > 0 ? titleOf(figures[0]) : 'Inkling';
  const drawn = figures.map((figure, i) => figureHtml(figure, `figure-${i + 1}`)).join('');
  return pageOf(title, `<h1>${escapeText(title)}</h1>${drawn}`, 'h1{font-size:1.4rem;line-height:1.3}');
}

/**
 * A page around an HTML body.
 * @param style additional rules
 */
export function pageOf(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="${escapeText(currentLanguage())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data: https: file:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;background:#fff;color:#1f2328}
a{color:#0b5cc4}
@media (prefers-color-scheme:dark){body{background:#1b1f24;color:#e6edf3}a{color:#7db4ff}}
${figureStyle('system')}
${style}
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/**
 * The text of a heat map: words that stand out are marked by colour and underline and have their numbers in a tooltip.
 */
function markedText(figure: SurprisalFigure, id: string): string {
  const { text, units, levels } = figure;
  let at = 0;
  let html = '';
  for (const { utf16, bits, rank } of units) {
    const level = bits === null ? -1 : levelOf(bits, levels);
    if (level < 0) continue;
    html += escapeText(text.slice(at, utf16[0]));
    const said = wordText(bits ?? 0, rank);
    html += `<mark class="ink-l${level}" title="${escapeText(said)}">${escapeText(text.slice(...utf16))}</mark>`;
    at = utf16[1];
  }
  html += escapeText(text.slice(at));
  const legend = levels.map((_, level) => {
    return `<mark class="ink-l${level}">${escapeText(levelText(levels, level))}</mark>`;
  });
  const print = smallPrint(figure).map(escapeText).join('<br>');
  return (
    `<p class="small"><b id="${id}-t">${escapeText(titleOf(figure))}</b> ${legend.join(' ')}</p>` +
    `<p class="text">${html}</p><p class="small">${print}</p>`
  );
}

function wordText(bits: number, rank: number | null): string {
  return rank === null
    ? l10n.t('{0} bits', fixed(bits, 1))
    : l10n.t('{0} bits, rank {1}', fixed(bits, 1), whole(rank + 1));
}

/** The numbers of a figure as a collapsible table. */
function numbers(figure: Figure): string {
  const { columns, rows } = forPeople(tableOf(figure));
  const head = columns.map((column) => `<th scope="col">${escapeText(column)}</th>`).join('');
  const body = rows.slice(0, ROWS).map((row) => {
    const cells = row.map((cell) =>
      typeof cell === 'string'
        ? `<td><code>${escapeText(cell)}</code></td>`
        : `<td class="number">${escapeText(shown(cell))}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  const rest = l10n.t('The first {0} of {1} rows.', whole(ROWS), whole(rows.length));
  const more = rows.length > ROWS ? `<p>${escapeText(rest)}</p>` : '';
  const caption = `<caption>${escapeText(describe(figure))}</caption>`;
  return (
    `<details><summary>${escapeText(l10n.t('Numbers'))}</summary><div class="scroll"><table>${caption}<thead><tr>${head}</tr></thead>` +
    `<tbody>${body.join('')}</tbody></table></div>${more}</details>`
  );
}
