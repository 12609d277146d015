import type { Evaluation } from './evaluate';
import type { Operation } from './metrics';

/** The evaluations as Markdown tables: the comparison, the gate's curve and its reliability for each. */
export function tables(evaluations: readonly Evaluation[]): string {
  return [comparison(evaluations), ...evaluations.flatMap((one) => [curve(one), reliabilityTable(one)])].join('\n\n');
}

function comparison(evaluations: readonly Evaluation[]): string {
  const head = ['', 'coverage', 'taken', 'exact@1', '@2', '@3', '@4', '@5', 'saved', 'length', 'keystrokes'];
  const rows = evaluations.flatMap(({ name, ungated, gated, keystrokes }) => [
    row(`${name}, ungated`, ungated, keystrokes?.ungated),
    row(`${name}, gated`, gated, keystrokes?.gated),
  ]);
  return table(head, rows);
}

function row(name: string, operation: Operation, keystrokes: number | undefined): string[] {
  const { coverage, accepted, exactMatch, saved, shownLength } = operation;
  return [
    name,
    percent(coverage),
    percent(accepted),
    ...exactMatch.map(({ exact, coverage: shown }) => (shown === 0 ? '' : percent(exact))),
    saved.toFixed(2),
    shownLength.toFixed(1),
    keystrokes === undefined ? '' : percent(keystrokes),
  ];
}

function curve({ name, curve: operations }: Evaluation): string {
  const head = ['threshold', 'coverage', 'taken', 'exact@1', 'exact@3', 'saved', 'length'];
  const rows = operations.map(({ threshold, coverage, accepted, exactMatch, saved, shownLength }) => [
    Number.isFinite(threshold) ? threshold.toFixed(2) : 'none',
    percent(coverage),
    percent(accepted),
    percent(exactMatch[0].exact),
    exactMatch[2].coverage === 0 ? '' : percent(exactMatch[2].exact),
    saved.toFixed(2),
    shownLength.toFixed(1),
  ]);
  return `**${name}: the gate**\n\n${table(head, rows)}`;
}

function reliabilityTable({ name, reliability }: Evaluation): string {
  const rows = reliability.map(({ count, predicted, actual }) => [String(count), percent(predicted), percent(actual)]);
  return `**${name}: reliability**\n\n${table(['cases', 'predicted', 'right'], rows)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
