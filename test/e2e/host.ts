import { parseArgs } from 'node:util';
import { runInWorkbench } from './hostWorkbench';

/** Runs the suites of test/host in the browser workbench. */
const { grep } = parseArgs({ options: { grep: { type: 'string', short: 'g' } } }).values;
runInWorkbench('index', grep ? { INKLING_TEST_GREP: grep } : {}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
