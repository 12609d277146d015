import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

describe('what Inkling is built from', () => {
  for (const folder of ['', 'scripts/workbench/', 'test/mutation/']) {
    const manifest = JSON.parse(read(`${folder}package.json`)) as Locked;
    const lock = JSON.parse(read(`${folder}package-lock.json`)) as Lock;
    const { '': root, ...packages } = lock.packages;

    it(`is named by exact versions, all of which are in the lock file (${folder || 'the extension'})`, () => {
      for (const kind of ['dependencies', 'devDependencies'] as const) {
        assert.deepEqual(root[kind] ?? {}, manifest[kind] ?? {});
        for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
          assert.match(version, /^\d+\.\d+\.\d+$/, name);
          assert.equal(packages[`node_modules/${name}`].version, version, name);
        }
      }
    });

    it(`is locked by the SHA-512 of each package, from a registry alone (${folder || 'the extension'})`, () => {
      assert.equal(lock.lockfileVersion, 3);
      assert.ok(Object.keys(packages).length > 100);
      for (const [path, { integrity, resolved, link, version }] of Object.entries(packages)) {
        assert.ok(!link, path);
        assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/, path);
        assert.match(version ?? '', /^\d+\.\d+\.\d+/, path);
        assert.doesNotMatch(resolved ?? '', /^(?:git|file|ssh|github)/, path);
      }
    });
  }

  it('runs no install script of a package', () => {
    assert.match(read('.npmrc'), /^ignore-scripts=true$/m);
    const setUp = read('scripts/workbench/setup.ts');
    for (const [, args] of setUp.matchAll(/\bnpm\(\w+, ('ci'[^)]*)\)/g)) assert.match(args, /'--ignore-scripts'/);
  });
});
