import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tsx = [process.execPath, '--import', 'tsx'];
const mocha = [process.execPath, 'node_modules/mocha/bin/mocha.js', '--reporter', 'test/support/reporter.ts'];

/** What has to be done before a suite can run, and the checks that need no suite. */
const STEPS = {
  'set-up': [...tsx, 'scripts/workbench/prepare.ts'],
  typecheck: ['npm', 'run', '-s', 'typecheck'],
  lint: ['npm', 'run', '-s', 'lint'],
  unused: ['npm', 'run', '-s', 'unused'],
  build: ['npm', 'run', '-s', 'build'],
  package: ['npm', 'run', '-s', 'package'],
};

/** The suites; each takes the rest of the command line, if there is one, and leaves its counts in a file. */
const SUITES = {
  unit: {
    needs: [],
    command: [...mocha, '--parallel', '--jobs', '2', '--require', './test/support/loopbackOnly.cjs'],
    specs: 'test/unit/**/*.test.ts',
  },
  host: { needs: ['set-up', 'build'], command: [...tsx, 'test/e2e/host.ts'] },
  e2e: {
    needs: ['set-up', 'package'],
    // One workbench alone leaves the processors idle while it waits for what it was asked.
    command: [...mocha, '--parallel', '--jobs', '2', '--timeout', '180000'],
    specs: 'test/e2e/!(start).test.ts',
  },
  // Builds anew what the others use, and so runs by itself.
  start: { needs: ['set-up'], command: [...mocha, '--timeout', '180000'], specs: 'test/e2e/start.test.ts' },
};

const total = { passed: 0, failed: 0, skipped: 0 };
const problems = [];
const done = new Map();

function run(command, env = {}) {
  const [program, ...args] = command;
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: program === 'npm' && process.platform === 'win32',
  });
  if (error) console.error(error.message);
  return status === 0;
}

function fail(what) {
  problems.push(what);
  total.failed++;
}

/** Runs a step once; a step that fails counts as one failure. */
function step(name) {
  if (!done.has(name)) {
    console.log(`\n== ${name}`);
    const ok = run(STEPS[name]);
    if (!ok) fail(`${name} failed`);
    done.set(name, ok);
  }
  return done.get(name);
}

function suite(name, args) {
  const { needs, command, specs } = SUITES[name];
  const missing = needs.filter((need) => !step(need));
  if (missing.length > 0) return fail(`${name} did not run: ${missing.join(' and ')} failed`);
  console.log(`\n== ${name}`);
  const counts = join(root, 'out', `${name}.json`);
  rmSync(counts, { force: true });
  const all = specs && !args.some((arg) => arg.endsWith('.test.ts')) ? [specs] : [];
  const ok = run([...command, ...args, ...all], { INKLING_TEST_COUNTS: counts });
  if (!existsSync(counts)) return fail(`${name} did not run to its end`);
  const { passed, failed, skipped, failures } = JSON.parse(readFileSync(counts, 'utf8'));
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  // Who sees only the end of the output is to know what it was.
  for (const { title, message } of failures) problems.push(`${name}: ${title}: ${message}`);
  if (failed > 0) return;
  if (!ok) fail(`${name} failed outside its tests`);
  else if (passed === 0) fail(`${name} ran no test`);
}

// node test/run.mjs [unit|host|e2e|start ...] [what the test runner takes, such as --grep]
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => !(word in SUITES));
const chosen = firstOption < 0 ? words : words.slice(0, firstOption);
const rest = firstOption < 0 ? [] : words.slice(firstOption);

mkdirSync(join(root, 'out'), { recursive: true });
if (chosen.length === 0) {
  for (const name of ['set-up', 'typecheck', 'lint', 'unused', 'package']) step(name);
  // The package leaves its build in dist.
  done.set('build', done.get('package'));
}
for (const name of chosen.length > 0 ? chosen : Object.keys(SUITES)) suite(name, rest);

console.log(problems.length > 0 ? `\n${problems.map((line) => `✖ ${line}`).join('\n')}` : '');
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
