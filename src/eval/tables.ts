import type { Evaluation } from './evaluate';
import type { Operation } from './metrics';
import type { ScreenFigures } from './screen';

/**
 * The evaluations as Markdown tables: a comparison, then for each the gate's curve and reliability; typing figures if
 * given.
 */
export function tables(evaluations: readonly Evaluation[], keys?: TypedKeys, memoryKeys?: TypedKeys): string {
  const parts = evaluations.flatMap((one) => [curve(one), reliabilityTable(one)]);
  if (keys) parts.push(keysTable(keys, 'without a memory'));
  if (memoryKeys) parts.push(keysTable(memoryKeys, 'with a memory'));
  return [comparison(evaluations), ...parts].join('\n\n');
}

/** Typing figures at a value of `inkling.ghostText.triggerRate`. */
export type TypedKeys = ScreenFigures & { readonly count: number; readonly rate: number };

function keysTable({ count, rate, ...figures }: TypedKeys, memory: string): string {
  const heading = `**${count} keys at 80 words a minute, as in the editor at a rate of ${rate}, ${memory}**`;
  return `${heading}\n\n${table(['', ''], screenRows(figures))}`;
}

/** What a writer saw, as table rows shared by `eval` and `replay`. */
export function screenRows(figures: ScreenFigures): (readonly [string, string])[] {
  const { grey, suggestions, short, brief, slipped, firstRight, saved } = figures;
  return [
    ['keys with grey text after them', percent(grey)],
    ['different suggestions, per 100 keys', (suggestions * 100).toFixed(1)],
    ['of them under three characters', percent(short)],
    ['of them on screen for less than 200 ms', percent(brief)],
    ['the same without those that a slip of the writer took away', percent(brief - slipped)],
    ['of them with the first word right', percent(firstRight)],
    ['keys saved by taking every useful word', percent(saved)],
  ];
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
