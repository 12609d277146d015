import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../scripts/targets';

/*
 * `npm run test:mutation -- src/core/decoding src/gpt2/quantise.ts` changes these files (folders, whole) in one place after
 * the other, as Stryker does, and tells which changes no unit spec of their folder notices; `--specs GLOB` asks others.
 * Without a name it is all of src/core and src/gpt2, which takes hours. The report lies in out/mutation. Stryker has a
 * package.json of its own, beside this file.
 */

const HERE = 'test/mutation';
const STRYKER = join(HERE, 'node_modules/@stryker-mutator');
const ROOMS = ['src/core', 'src/gpt2'];

/** The specs that mirror a folder of `src`, or that of a file. */
function specsOf(path: string): string {
  const folder = path.endsWith('.ts') ? dirname(path) : path;
  return `${folder.replace(/^src/, 'test/unit')}/**/*.test.ts`;
}

function configFor(paths: readonly string[], specs: readonly string[]) {
  return {
    mutate: paths.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.ts`)),
    testRunner: 'mocha',
    testRunnerNodeArgs: ['--import', 'tsx', '--disable-warning=ExperimentalWarning'],
    plugins: [`./${STRYKER}/mocha-runner/dist/src/index.js`],
    mochaOptions: { spec: specs, config: join(HERE, 'mocharc.json') },
    // There is none: Stryker would rewrite paths in it by a part of TypeScript that version 7 does not have.
    tsconfigFile: join(HERE, 'tsconfig.json'),
    coverageAnalysis: 'perTest',
    // Texts of errors are held by few tests, on purpose: a change of one would be a change of the test.
    mutator: { excludedMutations: ['StringLiteral'] },
    ignorePatterns: [
      '/models',
      '/docs/images',
      '/dist',
      '/out',
      '/media',
      '/.cache',
      '/test/e2e',
      '/test/bench',
      '*.vsix',
    ],
    concurrency: 2,
    timeoutMS: 4_000,
    reporters: ['clear-text', 'progress', 'html'],
    clearTextReporter: { allowColor: false, reportTests: false },
    htmlReporter: { fileName: 'out/mutation/report.html' },
    tempDirName: 'out/mutation/sandbox',
    allowEmpty: false,
  };
}

function main(args: readonly string[]): void {
  const options = { specs: { type: 'string', multiple: true } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const paths = positionals.length > 0 ? positionals.map((path) => path.replace(/\/+$/, '')) : ROOMS;
  for (const path of paths) {
    const isOurs = ROOMS.some((room) => path === room || path.startsWith(`${room}/`));
    if (!isOurs || !statSync(join(ROOT, path), { throwIfNoEntry: false })) {
      throw new Error(`${path} is no file or folder of ${ROOMS.join(' or ')}.`);
    }
  }
  if (!existsSync(join(ROOT, STRYKER))) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', HERE], { cwd: ROOT, stdio: 'inherit' });
  }
  mkdirSync(join(ROOT, 'out/mutation'), { recursive: true });
  const config = 'out/mutation/stryker.config.json';
  writeFileSync(
    join(ROOT, config),
    JSON.stringify(configFor(paths, values.specs ?? [...new Set(paths.map(specsOf))]), null, 2),
  );
  execFileSync(process.execPath, [join(STRYKER, 'core/bin/stryker.js'), 'run', config], {
    cwd: ROOT,
    stdio: 'inherit',
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
