import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { faultsIn, hasGrown, readPackage } from './packageContents';
import { ROOT, TARGETS, type Target, vsixPath } from './targets';

/*
 * `npm run package:check` opens the packages that `npm run package -- --all` made: no foreign or missing file, no binary
 * of another machine, and none larger than scripts/packageSizes.json says. `--write` puts the present sizes there.
 */

const TABLE = 'scripts/packageSizes.json';

type Sizes = Readonly<Record<string, number>>;

async function check(target: Target, limits: Sizes): Promise<string[]> {
  const path = vsixPath(target);
  const bytes = statSync(path).size;
  const known = limits[target] ?? 0;
  const grown = hasGrown(bytes, known) ? [`has ${bytes} bytes; ${TABLE} has ${known} for it`] : [];
  return [...faultsIn(await readPackage(path), target), ...grown].map((fault) => `${basename(path)}: ${fault}`);
}

async function main(args: readonly string[]): Promise<void> {
  const made = TARGETS.filter((target) => existsSync(vsixPath(target)));
  if (made.length === 0) throw new Error('There is no package. `npm run package -- --all` makes them.');
  const limits = JSON.parse(readFileSync(join(ROOT, TABLE), 'utf8')) as Sizes;
  if (args.includes('--write')) {
    const sizes = Object.fromEntries(made.map((target) => [target, statSync(vsixPath(target)).size]));
    writeFileSync(join(ROOT, TABLE), `${JSON.stringify({ ...limits, ...sizes }, null, 2)}\n`);
    return;
  }
  const faults: string[] = [];
  for (const target of made) faults.push(...(await check(target, limits)));
  console.log(faults.length === 0 ? `${made.join(', ')}: as they should be` : faults.join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
