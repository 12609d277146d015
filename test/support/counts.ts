import { writeFileSync } from 'node:fs';
import type { Runner } from 'mocha';

/** What a suite came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The full titles of what failed. */
  readonly failures: readonly string[];
}

/** When the run ends, writes its counts to the file that `INKLING_TEST_COUNTS` names; `test/run.mjs` sums them up. */
export function saveCounts(runner: Runner): void {
  const titles: string[] = [];
  runner.on('fail', (test) => titles.push(test.fullTitle()));
  runner.once('end', () => {
    const file = process.env.INKLING_TEST_COUNTS;
    if (!file || !runner.stats) return;
    const { passes, failures, pending } = runner.stats;
    const counts: Counts = { passed: passes, failed: failures, skipped: pending, failures: titles };
    writeFileSync(file, JSON.stringify(counts));
  });
}
