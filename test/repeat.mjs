import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const COUNTS = join(ROOT, 'out/repeat.json');
const USAGE = `npm run test:repeat [-- OPTIONS] [FILE.test.ts ...]: runs the end-to-end suite again and again; says what failed how often.
  --times N   10 by default
  --hogs N    processes that keep a processor busy beside every second run; 2 by default
  --grep TEXT only the tests whose title matches`;

/** Keeps processors busy until the function it returns is called. */
function startHogs(count) {
  const hogs = Array.from({ length: count }, () => spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }));
  const stop = () => {
    for (const hog of hogs) hog.kill();
  };
  process.once('exit', stop);
  return () => {
    process.off('exit', stop);
    stop();
  };
}

/** Runs the suite once; resolves to its counts, or to undefined when it did not come to its end. */
async function runSuite(args) {
  rmSync(COUNTS, { force: true });
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'test/support/reporter.ts'];
  const suite = spawn(process.execPath, [...mocha, '--timeout', '180000', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, INKLING_TEST_COUNTS: COUNTS },
  });
  await new Promise((resolve) => suite.once('exit', resolve));
  return existsSync(COUNTS) ? JSON.parse(readFileSync(COUNTS, 'utf8')) : undefined;
}

/** Once, what every run needs. */
function prepare() {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  const shell = process.platform === 'win32';
  const steps = [
    [process.execPath, '--import', 'tsx', 'scripts/workbench/prepare.ts'],
    ['npm', 'run', '-s', 'package'],
  ];
  return steps.every(([program, ...args]) => {
    return spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', shell: program === 'npm' && shell }).status === 0;
  });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: 'string', default: '10' },
      hogs: { type: 'string', default: '2' },
      grep: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  if (!prepare()) throw new Error('The suite cannot run: a step before it failed.');
  const files = positionals.length > 0 ? positionals : ['test/e2e/*.test.ts'];
  const args = values.grep ? ['--grep', values.grep, ...files] : files;
  const times = Number(values.times);
  const failures = new Map();
  const lines = [];
  for (let run = 1; run <= times; run++) {
    const hogs = run % 2 === 0 ? Number(values.hogs) : 0;
    console.log(`\n== run ${run} of ${times}${hogs > 0 ? `, beside ${hogs} hogs` : ''}`);
    const stop = startHogs(hogs);
    const counts = await runSuite(args);
    stop();
    const failed = counts ? counts.failures.map(({ title }) => title) : ['(the suite did not come to its end)'];
    if (counts?.passed === 0 && failed.length === 0) failed.push('(no test ran)');
    for (const title of failed) failures.set(title, (failures.get(title) ?? 0) + 1);
    lines.push(`run ${run}, ${hogs} hogs: ${counts?.passed ?? 0} passed, ${failed.length} failed`);
  }
  console.log(`\n${lines.join('\n')}\n`);
  for (const [title, count] of failures) console.log(`✖ ${count} of ${times}: ${title}`);
  if (failures.size === 0) console.log(`Nothing failed in ${times} runs.`);
  process.exitCode = failures.size > 0 ? 1 : 0;
}

process.once('SIGINT', () => process.exit(130));
await main();
