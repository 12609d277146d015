import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import manifest from '../package.json';
import { UNUSED_LIBRARIES } from './packageContents';
import { parseTarget, ROOT, TARGETS, type Target, thisTarget, vsixPath } from './targets';

/** Where the package is laid out. */
const STAGE = join(ROOT, 'out/package');

/** Lays onnxruntime-node with the binary of one platform beside the bundles, where they find it once installed. */
function placeRuntime(target: Target): void {
  const modules = join(STAGE, 'dist/node_modules');
  const [platform, arch] = target.split('-');
  const parts = {
    'onnxruntime-node': ['package.json', 'dist', `bin/napi-v6/${platform}/${arch}`],
    'onnxruntime-common': ['package.json', 'dist/cjs'],
  };
  for (const [name, paths] of Object.entries(parts)) {
    for (const path of paths) {
      cpSync(join(ROOT, 'node_modules', name, path), join(modules, name, path), {
        recursive: true,
        filter: (file) => !/\.(d\.ts|map)$/.test(file) && !UNUSED_LIBRARIES.test(basename(file)),
      });
    }
  }
}

/** The README with its pictures in it: VS Code shows no others on the page of an extension that came as a file. */
function withPictures(readme: string): string {
  return readme.replaceAll(/\]\((docs\/images\/[^)]+\.png)\)/g, (_, path: string) => {
    const picture = readFileSync(join(ROOT, path)).toString('base64');
    return `](data:image/png;base64,${picture})`;
  });
}

/** Copies the build and what goes with it to where it is packed. */
function stage(target: Target): void {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(STAGE, { recursive: true });
  const texts = readdirSync(ROOT).filter((name) => /^package\.nls(\.[a-z-]+)?\.json$/.test(name));
  for (const name of ['package.json', ...texts, 'l10n', 'CHANGELOG.md', 'LICENSE', '.vscodeignore', 'dist', 'media']) {
    cpSync(join(ROOT, name), join(STAGE, name), { recursive: true });
  }
  writeFileSync(join(STAGE, 'README.md'), withPictures(readFileSync(join(ROOT, 'README.md'), 'utf8')));
  placeRuntime(target);
}

/** Packs the build in dist for one platform and prints what went in, as a Markdown table. */
async function pack(target: Target): Promise<void> {
  stage(target);
  const packagePath = vsixPath(target);
  await createVSIX({
    cwd: STAGE,
    packagePath,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const sizes = new Map<string, number>();
  for (const path of await listFiles({ cwd: STAGE, packageManager: PackageManager.None })) {
    const part =
      /^(dist\/(node_modules\/[^/]+|media|model)|media\/walkthroughs|l10n)\/|^package\.nls\./.exec(path)?.[0] ?? path;
    sizes.set(part, (sizes.get(part) ?? 0) + statSync(join(STAGE, path)).size);
  }
  rmSync(STAGE, { recursive: true });
  const rows = [...sizes].map(([part, size]) => `| ${part} | ${kilobytes(size)} |`);
  const head = [`| ${basename(packagePath)} | ${kilobytes(statSync(packagePath).size)} |`, '| --- | ---: |'];
  console.log(`\n${[...head, ...rows].join('\n')}\n`);
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString('en')} kB`;
}

/** Targets named on the command line, `--all` of them, or this machine's. */
async function main(args: readonly string[]): Promise<void> {
  const named = args.flatMap((arg) => (arg === '--all' ? TARGETS : [parseTarget(arg)]));
  for (const target of named.length > 0 ? named : [thisTarget()]) await pack(target);
  if (isPlaceholder(manifest.repository.url) || isPlaceholder(manifest.bugs.url)) {
    console.warn(
      'Not to be published yet: package.json says nowhere where the source lies and where bugs are reported.',
    );
  }
}

/** Names under `.example` belong to nobody (RFC 2606): who publishes Inkling puts real addresses in their place. */
function isPlaceholder(address: string): boolean {
  return new URL(address).hostname.endsWith('.example');
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
