import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';

const here = __dirname;
const out = join(here, '../../out/host');

/** Bundles the host suites, each to a file of its own; returns the path of their entry. */
export async function bundleHostSuites(): Promise<string> {
  rmSync(out, { recursive: true, force: true });
  const suites = readdirSync(here).filter((name) => name.endsWith('.test.ts'));
  await esbuild.build({
    entryPoints: ['index.ts', ...suites].map((name) => join(here, name)),
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'onnxruntime-node'],
    logLevel: 'warning',
  });
  return join(out, 'index.js');
}
