import { writeFileSync } from 'node:fs';
import type { Runner } from 'mocha';

/** What a suite came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

/** A test that failed: its full title, and the first line of what it said. */
export interface Failure {
  readonly title: string;
  readonly message: string;
}

/** When the run ends, writes its counts to the file that `INKLING_TEST_COUNTS` names; `test/run.mjs` sums them up. */
export function saveCounts(runner: Runner): void {
  const failed: Failure[] = [];
  runner.on('fail', (test, error: Error) => {
    failed.push({ title: test.fullTitle(), message: String(error.message).split('\n', 1)[0] });
  });
  runner.once('end', () => {
    const file = process.env.INKLING_TEST_COUNTS;
    if (!file || !runner.stats) return;
    const { passes, failures, pending } = runner.stats;
    const counts: Counts = { passed: passes, failed: failures, skipped: pending, failures: failed };
    writeFileSync(file, JSON.stringify(counts));
  });
}
