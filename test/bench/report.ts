import type { Engine } from './engines';
import { type Measurement, median } from './measure';

/** A figure in three significant digits. */
const short = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/**
 * Markdown: for every task the median of each engine, its best in brackets, and Inkling's ratio to the fastest peer
 * of the same bits. The ratio is taken round by round, and its median shown: what else the machine did falls on both.
 */
export function tables(engines: readonly Engine[], measurements: readonly Measurement[]): string {
  return ([32, 8, 4] as const)
    .map((bits) =>
      table(
        engines.filter((engine) => engine.bits.includes(bits)),
        measurements,
      ),
    )
    .join('\n\n');
}

function table(engines: readonly Engine[], measurements: readonly Measurement[]): string {
  const [us] = engines.filter(({ ours }) => ours);
  const lines = [`| | ${engines.map(({ name }) => name).join(' | ')} | ratio to the best peer |`];
  lines.push(`|${'---|'.repeat(engines.length + 2)}`);
  for (const { label, samples, noRatio } of measurements) {
    if (!engines.some(({ name }) => samples.has(name))) continue;
    const cells = engines.map(({ name }) => {
      const values = samples.get(name);
      if (!values) return '';
      const best = values.length > 1 ? ` [${short(Math.min(...values))}]` : '';
      return short(median(values)) + best;
    });
    const ours = samples.get(us.name);
    const peers = engines.flatMap(({ name, ours: own }) =>
      (own ? [] : (samples.get(name) ?? [])).length ? [name] : [],
    );
    const best = peers
      .map((name) => samples.get(name) as number[])
      .reduce<number[] | undefined>((a, b) => (a && median(a) <= median(b) ? a : b), undefined);
    const ratio = ours && best && !noRatio ? short(median(ours.map((value, round) => value / best[round]))) : '';
    lines.push(`| ${label} | ${cells.join(' | ')} | ${ratio} |`);
  }
  return lines.join('\n');
}
