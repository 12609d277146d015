import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import esbuild from 'esbuild';
import { thirdPartyNotices } from './scripts/notices.mjs';

const production = process.argv.includes('--production');

const shared = { bundle: true, minify: production, sourcemap: production ? false : 'linked', logLevel: 'warning' };
const node = { ...shared, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode', 'onnxruntime-node'] };

const bundles = [
  { ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js' },
  { ...node, entryPoints: ['src/engine/process/main.ts'], outfile: 'dist/engine.js' },
  { ...node, entryPoints: ['src/gpt2/compileWorker.ts'], outfile: 'dist/compile.js' },
  { ...node, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.js', banner: { js: '#!/usr/bin/env node' } },
  {
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: ['src/panel/webview/main.tsx'],
    outfile: 'dist/media/panel.js',
  },
];

/** Turns the default model's safetensors into the ONNX files that the engine runs, in dist/model. */
function compileDefaultModel() {
  execFileSync(process.execPath, ['dist/cli.js', 'compile', 'models/default', 'dist/model', '--precision', 'q8'], {
    stdio: 'inherit',
  });
  // What the weights were made from is credited wherever they go.
  for (const name of readdirSync('models/default').filter((file) => file.endsWith('.md'))) {
    cpSync(`models/default/${name}`, `dist/model/${name}`);
  }
}

async function build() {
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  const built = await Promise.all(bundles.map((options) => esbuild.build({ ...options, metafile: true })));
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync('dist/third-party-notices.txt', thirdPartyNotices(inputs));
  compileDefaultModel();
}

async function rebuildOnChange() {
  const contexts = await Promise.all(bundles.map((options) => esbuild.context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((context) => context.rebuild()));
  compileDefaultModel();
  await Promise.all(contexts.map((context) => context.watch()));
}

try {
  await (process.argv.includes('--watch') ? rebuildOnChange() : build());
} catch (error) {
  // esbuild has already shown what is wrong in the sources.
  if (!error.errors) console.error(error.message);
  process.exitCode = 1;
}
