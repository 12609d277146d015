import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT, TARGETS, vsixPath } from './targets';

/*
 * `npm run release` lays out what is published, in out/release: a package for each platform, a bill of materials in
 * CycloneDX and the SHA-256 sums of all of it. `npm run package -- --all` and `npm run package:check` have run before.
 */

const FOLDER = join(ROOT, 'out/release');

function billOfMaterials(path: string): void {
  const tool = join(dirname(require.resolve('@cyclonedx/cyclonedx-npm')), 'bin/cyclonedx-npm-cli.js');
  // What is bundled counts as well, so that nothing is left out as a tool of the build.
  const args = ['--package-lock-only', '--output-format', 'JSON', '--output-reproducible', '--output-file', path];
  execFileSync(process.execPath, [tool, ...args, join(ROOT, 'package.json')], { cwd: ROOT, stdio: 'inherit' });
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const target of TARGETS) copyFileSync(vsixPath(target), join(FOLDER, basename(vsixPath(target))));
billOfMaterials(join(FOLDER, 'sbom.cdx.json'));
const sums = readdirSync(FOLDER)
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(FOLDER, name)))
        .digest('hex')}  ${name}\n`,
  );
writeFileSync(join(FOLDER, 'SHA256SUMS'), sums.join(''));
console.log(sums.join(''));
