import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import esbuild from 'esbuild';
import { useTemporaryFolder } from '../../support/content';
import { sourceFiles } from '../../support/sources';

const ROOT = join(__dirname, '../../..');
const build = readFileSync(join(ROOT, 'esbuild.mjs'), 'utf8');
/** Every bundle is made from one of these. */
const entries = Array.from(build.matchAll(/entryPoints: \['([^']+)'\]/g), ([, path]) => path).filter((path) =>
  existsSync(join(ROOT, path)),
);

const NETWORK = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'dns/promises', 'inspector', 'cluster'];
/** The only files of ours that may use the network: the hub's module, and that of a team's server. */
const MAY_USE_NETWORK = /^src\/(?:store\/hub\/http\.ts$|engine\/endpoint\/)/;
/** What the terminal goes through a proxy with. */
const PROXIES = /^(?:(?:http|https|socks)-proxy-agent|agent-base|socks|proxy-agent-negotiate)$/;
/** These may not even hold the means. */
const WITHOUT_NETWORK = ['src/engine/process/main.ts', 'src/gpt2/compileWorker.ts', 'src/panel/webview/main.tsx'];
const CODE = ['vm', 'vm/promises', 'repl', 'wasi'];

interface Use {
  /** A file of ours by its path, a file of a package by the package's name. */
  readonly by: string;
  readonly module: string;
}

const inputs: string[] = [];

async function usesOf(entry: string): Promise<Use[]> {
  const { metafile } = await esbuild.build({
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    outdir: 'out/never-written',
    bundle: true,
    platform: 'node',
    external: ['vscode', 'onnxruntime-node'],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  inputs.push(...Object.keys(metafile.inputs).filter((file) => !inputs.includes(file)));
  return Object.entries(metafile.inputs).flatMap(([file, { imports }]) => {
    const by = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? file;
    return imports.filter(({ external }) => external).map(({ path }) => ({ by, module: path.replace(/^node:/, '') }));
  });
}

describe('what each part of Inkling can reach', () => {
  const uses = new Map<string, Use[]>();
  before(async () => {
    assert.ok(entries.length >= 5);
    for (const entry of entries) uses.set(entry, await usesOf(entry));
  });
  const users = (modules: readonly string[], entry: string) =>
    (uses.get(entry) ?? []).filter(({ module }) => modules.includes(module));

  it('is no network, but in the hub’s module and that of a team’s server', () => {
    for (const entry of entries) {
      for (const { by, module } of users(NETWORK, entry)) {
        const isProxy = entry === 'src/cli/main.ts' && PROXIES.test(by);
        assert.ok(MAY_USE_NETWORK.test(by) || isProxy, `${by} imports ${module} (${entry})`);
      }
    }
    assert.ok(users(NETWORK, 'src/extension.ts').length > 0, 'the hub is seen');
  });

  it('is no network at all in the engine’s process, the compiler and the panel', () => {
    for (const entry of WITHOUT_NETWORK) {
      assert.ok(entries.includes(entry), entry);
      assert.deepEqual(users(NETWORK, entry), []);
    }
  });

  it('is no network by a global either', () => {
    for (const file of sourceFiles('src')) {
      const text = readFileSync(file, 'utf8');
      assert.doesNotMatch(
        text,
        /(?<![\w.#])(?:fetch|XMLHttpRequest|WebSocket|EventSource)\s*\(|sendBeacon|RTCPeerConnection/,
        file,
      );
    }
  });

  it('is no code that comes as data', () => {
    for (const entry of entries) assert.deepEqual(users(CODE, entry), [], entry);
    const evaluating = inputs.filter((file) => /\beval\(|new Function\(/.test(readFileSync(join(ROOT, file), 'utf8')));
    assert.deepEqual(evaluating, []);
    for (const file of sourceFiles('src')) {
      const text = readFileSync(file, 'utf8');
      assert.doesNotMatch(text, /\beval\(|new Function\(|(?<!\.)\bFunction\(|getBuiltinModule/, file);
      // Modules are named in the source; the one that is looked up is onnxruntime.
      for (const [, name] of text.matchAll(/(?:\bimport|\brequire|createRequire\([^)]*\))\(([^)]*)\)/g)) {
        assert.match(name, /^'[^']+',?\s*$|^__filename$/, `${file}: ${name}`);
      }
    }
  });

  it('is no program but the engine, and what tells of the battery', () => {
    const starters = entries.flatMap((entry) => users(['child_process'], entry)).map(({ by }) => by);
    assert.deepEqual(
      [...new Set(starters)].sort(),
      ['commander', 'src/editor/energySaving/energySaving.ts', 'src/engine/process/client.ts'].sort(),
    );
  });
});

describe('the guard of the unit suite', () => {
  const folder = useTemporaryFolder();

  it('refuses every connection to another machine, in processes that are started too, and remembers it', () => {
    const guard = resolve(ROOT, 'test/support/loopbackOnly.cjs');
    const program = `
      const { connect } = require('node:net');
      const { spawnSync } = require('node:child_process');
      const tries = [{ host: '192.0.2.1', port: 9 }, { host: 'example.org', port: 443 }, { host: '2001:db8::1', port: 9 }];
      let left = tries.length;
      for (const to of tries) connect(to).on('error', ({ code }) => { console.log(code); if (--left === 0) inner(); });
      const inner = () => {
        if (!process.argv[1]) spawnSync(process.execPath, ['-e', process.env.PROGRAM, 'inner'], { stdio: 'inherit' });
      };`;
    const refused = join(folder(), 'refused');
    const { stdout } = spawnSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PROGRAM: program,
        INKLING_REFUSED: refused,
        NODE_OPTIONS: `--require ${JSON.stringify(guard)}`,
      },
    });
    assert.deepEqual(stdout.trim().split('\n'), Array(6).fill('ENETUNREACH'));
    assert.equal(readFileSync(refused, 'utf8').trim().split('\n').length, 6);
  });
});
