import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROUNDS = 12;
const TEXT = 'The old lighthouse stood at the end of the';
/** The things that a start is made of: milliseconds of processor time for a build. */
const PARTS: Readonly<Record<string, (dist: string) => number>> = {
  'loading the extension': (dist) =>
    Number(execFileSync('node', [join(import.meta.dirname, 'loadExtension.cjs'), join(dist, 'extension.js')])),
  'the first suggestion in a terminal': (dist) => {
    const { stderr } = spawnSync('node', ['-e', timed(join(dist, 'cli.js')), 'complete', TEXT], { encoding: 'utf8' });
    return Number(stderr);
  },
};

/** A program that runs a script and prints its own time on the processor at the end. */
function timed(script: string): string {
  const print = 'const { user, system } = process.cpuUsage(); console.error((user + system) / 1000);';
  return `process.on('exit', () => { ${print} }); require(${JSON.stringify(script)});`;
}

/**
 * `npx tsx test/bench/start.ts [DIST...]`: processor time of a start, of several builds in turn, with the ratio to the
 * first. By default of this build alone.
 */
function main(given: readonly string[]): void {
  const builds = (given.length > 0 ? given : ['dist']).map((dist) => resolve(dist));
  for (const [what, measure] of Object.entries(PARTS)) {
    const times = builds.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, dist] of builds.entries()) times[i].push(measure(dist));
    }
    const medians = times.map((each) => each.sort((a, b) => a - b)[ROUNDS / 2]);
    console.log(what);
    for (const [i, dist] of builds.entries()) {
      console.log(`  ${medians[i].toFixed(0)} ms, ${(medians[i] / medians[0]).toFixed(2)}: ${dist}`);
    }
  }
}

main(process.argv.slice(2));
