import type { Precision } from '../gpt2/quantise';
import { type Agreement, passes } from './agreement';

const COLUMNS = [
  'group',
  'precision',
  'max |Δp|',
  'mean |Δ ln p|',
  'max |Δ ln p|',
  'first choice',
  'sums',
  'texts',
  'tokens',
  '',
] as const;

/** An aligned table of results, by model and precision. */
export function table(
  results: readonly { readonly precision: Precision; readonly groups: readonly Agreement[] }[],
): string {
  const rows = results.flatMap(({ precision, groups }) =>
    groups.map((a) => [
      a.group,
      precision,
      a.probabilities > 0 ? a.worstProbability.toFixed(6) : '',
      a.logprobs > 0 ? (a.logprobDifference / a.logprobs).toFixed(4) : '',
      a.worstLogprob > 0 ? a.worstLogprob.toFixed(6) : '',
      a.firsts > 0 ? `${a.sameFirsts}/${a.firsts}` : '',
      a.sums > 0 ? `${a.worstSum.toFixed(2)} of 1` : '',
      a.texts > 0 ? `${a.sameTexts}/${a.texts}` : '',
      a.tokenized > 0 ? `${a.sameTokens}/${a.tokenized}` : '',
      passes(a, precision) ? 'agrees' : 'DIFFERS',
    ]),
  );
  const lines = [[...COLUMNS], ...rows];
  const widths = COLUMNS.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
