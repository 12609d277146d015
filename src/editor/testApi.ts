import type { Event } from 'vscode';
import type { Engine } from '../engine/api';
import type { EngineHost } from './engineHost';
import type { Answer, InlineCompletions, Outcome } from './ghostText/inlineCompletions';
import type { Suggester, SuggesterCounts } from './ghostText/suggester';
import type { Memory } from './memory/memory';
import type { Reports } from './reports/reports';
import type { StatusItem } from './status';
import type { Status } from './statusText';

/** Returned by `activate()` to the host tests: enough to count work and to see what the writer sees. */
export interface TestApi {
  readonly engine: Engine;
  /** Process id of the engine while it runs. */
  enginePid(): number | undefined;
  counts(): SuggesterCounts;
  status(): Status | undefined;
  /** The outcome of the last request for a suggestion. */
  outcome(): Outcome | undefined;
  /** Whether the continuation of the suggestion on screen is going to be computed ahead. */
  looksAhead(): boolean;
  readonly onDidAnswer: Event<Answer>;
  /** The menu's summary of the memory. */
  memorySummary(): Promise<string>;
  /** The HTML of the report with this title, as last shown. */
  report(title: string): string | undefined;
}

interface Observed {
  readonly engine: EngineHost;
  readonly suggester: Suggester;
  readonly ghostText: InlineCompletions;
  readonly memory: Memory;
  readonly reports: Reports;
  readonly status: StatusItem;
}

export function testApi({ engine, suggester, ghostText, memory, reports, status }: Observed): TestApi {
  return {
    engine,
    enginePid: () => engine.pid,
    counts: () => ({ ...suggester.counts }),
    status: () => status.current,
    outcome: () => ghostText.outcome,
    memorySummary: () => memory.summary(),
    looksAhead: () => ghostText.looksAhead,
    onDidAnswer: ghostText.onDidAnswer,
    report: (title) => reports.body(title),
  };
}
