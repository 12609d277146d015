import type { Outcome } from '../../../src/editor/ghostText/inlineCompletions';
import type { ModelInfo } from '../../../src/engine/api';
import { screenCounts, screenFigures } from '../../../src/eval/screen';
import { screenRows } from '../../../src/eval/tables';
import type { First, Recording } from './replay';

export interface Setting {
  readonly model: ModelInfo;
  readonly words: number;
  /** Characters that stay, at the end of the trace. */
  readonly written: number;
  /** Time of one more token with nothing else to do, measured after the replay; absent where it was never calm enough. */
  readonly decodeMs: number | undefined;
  /** Processors, and the load of the last minute: others may be at work too. */
  readonly cores: number;
  readonly load: number;
  /** The first suggestion after opening the document; undefined where none came. */
  readonly first: First | undefined;
}

/** The recording as lines of Markdown. */
export function report(recording: Recording, setting: Setting): string {
  const { keystrokes, elapsedMs, answers, work, counts } = recording;
  const screen = screenFigures([screenCounts(recording.keys, recording.shown)]);
  const { model, words, written, decodeMs, cores, load, first } = setting;
  const perKey = (of: (stats: Recording['work'][number]) => number) =>
    work.slice(1).map((after, i) => of(after) - of(work[i]));
  const spent = perKey(({ busyMs }) => busyMs).reduce((sum, ms) => sum + ms, 0);
  const kept = answers.filter(({ outdated }) => !outdated);
  const spoken = kept.filter(({ outcome }) => outcome?.kind === 'answered');
  const worded = kept.filter(({ items }) => items > 0);
  const late = worded.filter(({ again }) => again === 'late').length;
  const rows: readonly (readonly [string, string])[] = [
    [
      'model',
      model.server ? model.name : `${model.name}, ${model.precision}, ${model.layers} layers, width ${model.width}`,
    ],
    ['decode alone, ms a token', decodeMs?.toFixed(1) ?? 'not known'],
    ['processors; load average', `${cores}; ${load.toFixed(1)}`],
    ['document; keystrokes', `${words} words; ${keystrokes}`],
    ['words a minute, achieved', (written / 5 / (elapsedMs / 60_000)).toFixed(0)],
    [
      'requests; given up by VS Code before their answer',
      `${answers.length}; ${share(answers.length - kept.length, answers.length)}`,
    ],
    ['request to answer, ms: p50, p90, p99', spread(kept.map(({ ms }) => ms))],
    ['the same where it was not silence', spread(spoken.map(({ ms }) => ms))],
    ['the same where there was text', spread(worded.map(({ ms }) => ms))],
    ['of what was worth showing, answered by the deadline', share(worded.length - late, worded.length)],
    [
      'first key after opening to the first suggestion, ms; from the change of the text',
      first ? `${first.afterKey.toFixed(0)}; ${first.afterChange.toFixed(0)}` : 'none',
    ],
    [
      'answered from memory; by a running generation; before it ended; generations',
      `${counts.cached}; ${counts.joined}; ${counts.early}; ${counts.started}`,
    ],
    [
      'suggestions handed over; of them outdated',
      `${answers.filter(({ items }) => items > 0).length}; ${answers.filter(({ items, outdated }) => items > 0 && outdated).length}`,
    ],
    ['model runs a keystroke: mean; p50, p90, p99', summary(perKey(({ runs }) => runs))],
    ['tokens fed a keystroke: mean; p50, p90, p99', summary(perKey(({ tokensFed }) => tokensFed))],
    ['most generations at once', String(Math.max(...work.map(({ active }) => active)))],
    ['what the answers came to', reasons(kept)],
    ['model idle', share(elapsedMs - spent, elapsedMs)],
    ...screenRows(screen),
  ];
  return ['| | |', '|---|---:|', ...rows.map(([what, value]) => `| ${what} | ${value} |`)].join('\n');
}

/** Of the answers how many said something, and why the others did not. */
function reasons(answers: Recording['answers']): string {
  const counts = new Map<string, number>();
  for (const { outcome, items } of answers) {
    const reason = items > 0 ? 'text' : reasonOf(outcome);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const rows = [...counts].sort(([, a], [, b]) => b - a);
  return rows.map(([reason, count]) => `${reason} ${count}`).join(', ');
}

function reasonOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'overtaken';
  if (outcome.kind === 'suppressed') return outcome.suppression.code;
  if (outcome.kind === 'failed') return outcome.kind;
  return outcome.completion.heldBack ? 'not worth it' : outcome.completion.reason;
}

/** The smallest value that this share of the values does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function spread(values: readonly number[], digits = 1): string {
  if (values.length === 0) return 'none';
  return [0.5, 0.9, 0.99].map((part) => quantile(values, part).toFixed(digits)).join(', ');
}

function summary(values: readonly number[]): string {
  return `${(values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2)}; ${spread(values, 0)}`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(0)} %`;
}
