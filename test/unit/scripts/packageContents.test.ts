import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { faultsIn, hasGrown, headOf, machineOf, type PackedFile, REQUIRED } from '../../../scripts/packageContents';
import sizes from '../../../scripts/packageSizes.json';
import { ROOT, TARGETS } from '../../../scripts/targets';

const RUNTIME = join(ROOT, 'node_modules/onnxruntime-node/bin/napi-v6');

/** A package of onnxruntime's real binaries and empty files. */
function packageFor(target: string): PackedFile[] {
  const [platform, arch] = target.split('-');
  const folder = join(RUNTIME, platform, arch);
  return [
    ...REQUIRED.map((name) => ({ name, bytes: 0, head: Buffer.alloc(0) })),
    ...readdirSync(folder)
      .filter((name) => /^(onnxruntime_binding\.node|libonnxruntime\.|onnxruntime\.dll)/.test(name))
      .map((name) => ({
        name: `dist/node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/${name}`,
        bytes: 1,
        head: headOf(join(folder, name)),
      })),
  ];
}

describe('a package', () => {
  for (const target of TARGETS) {
    it(`for ${target} holds binaries for it and for no other machine`, () => {
      assert.deepEqual(faultsIn(packageFor(target), target), []);
      for (const { name, head } of packageFor(target)) {
        if (head.length > 0) assert.equal(machineOf(head), target, name);
      }
    });
  }

  it('is at fault with a foreign file, without one that it needs, and with another machine’s binary', () => {
    const files = packageFor('win32-x64');
    const foreign = {
      name: 'dist/node_modules/onnxruntime-node/bin/napi-v6/win32/x64/DirectML.dll',
      bytes: 1,
      head: Buffer.alloc(0),
    };
    assert.deepEqual(faultsIn([...files, foreign], 'win32-x64'), [`${foreign.name} does not belong there`]);
    assert.deepEqual(
      faultsIn(
        files.filter(({ name }) => name !== 'dist/engine.js'),
        'win32-x64',
      ),
      ['dist/engine.js is missing'],
    );
    const other = packageFor('win32-arm64').at(-1)?.head ?? Buffer.alloc(0);
    const mixed = files.map((file) => (file.name.endsWith('.dll') ? { ...file, head: other } : file));
    assert.match(faultsIn(mixed, 'win32-x64').join(), /onnxruntime\.dll is for win32-arm64/);
  });

  it('has a size in the table, and is at fault when it is a fiftieth larger', () => {
    assert.deepEqual(Object.keys(sizes), [...TARGETS]);
    assert.deepEqual(
      [hasGrown(1_020_000, 1_000_000), hasGrown(1_020_001, 1_000_000), hasGrown(1, 0)],
      [false, true, true],
    );
  });

  it('is told from bytes that are no library', () => {
    assert.equal(machineOf(Buffer.alloc(0)), undefined);
    assert.equal(machineOf(Buffer.alloc(1024)), undefined);
    assert.equal(machineOf(Buffer.from(`MZ${'\xff'.repeat(1022)}`, 'latin1')), undefined);
  });
});
