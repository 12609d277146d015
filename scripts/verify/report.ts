import type { Precision } from '../../src/gpt2/precision';
import { type Agreement, passes } from './agreement';

const columns = ['group', 'precision', 'max |Δp|', 'mean |Δ ln p|', 'first choice', 'sums', 'texts', ''] as const;

/** The agreement of one model in one precision after another, as an aligned table. */
export function table(
  results: readonly { readonly precision: Precision; readonly groups: readonly Agreement[] }[],
): string {
  const rows = results.flatMap(({ precision, groups }) =>
    groups.map((a) => [
      a.group,
      precision,
      a.probabilities > 0 ? a.worstProbability.toFixed(6) : '',
      a.logprobs > 0 ? (a.logprobDifference / a.logprobs).toFixed(4) : '',
      a.firsts > 0 ? `${a.sameFirsts}/${a.firsts}` : '',
      a.sums > 0 ? `${a.worstSum.toFixed(2)} of 1` : '',
      a.texts > 0 ? `${a.sameTexts}/${a.texts}` : '',
      passes(a, precision) ? 'agrees' : 'DIFFERS',
    ]),
  );
  const lines = [[...columns], ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
