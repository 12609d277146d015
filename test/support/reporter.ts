import Mocha from 'mocha';
import { saveCounts } from './counts';

/** Mocha's own report, and the counts for `test/run.mjs`. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    saveCounts(runner);
  }
}
