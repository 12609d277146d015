import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';

const here = __dirname;
const out = join(here, '../../out/host');

/** Another extension, which uses what Inkling offers. */
const SAMPLE = join(here, 'sampleExtension');
export const BUNDLED_SAMPLE = join(out, 'sampleExtension');

/** What VS Code can be told to run: all suites, or the typing replay. */
export type HostEntry = 'index' | 'replay';

/** Bundles the host suites, each to a file of its own; returns the path of what VS Code shall run. */
export async function bundleHostSuites(entry: HostEntry = 'index'): Promise<string> {
  rmSync(out, { recursive: true, force: true });
  const suites = readdirSync(here).filter((name) => name.endsWith('.test.ts'));
  await esbuild.build({
    entryPoints: ['index.ts', 'replay.ts', ...suites].map((name) => join(here, name)),
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node'],
    logLevel: 'warning',
  });
  await esbuild.build({
    entryPoints: [join(SAMPLE, 'extension.ts')],
    outdir: BUNDLED_SAMPLE,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  cpSync(join(SAMPLE, 'package.json'), join(BUNDLED_SAMPLE, 'package.json'));
  return join(out, `${entry}.js`);
}

if (process.argv[1] === __filename) void bundleHostSuites();
