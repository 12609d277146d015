import assert from 'node:assert/strict';
import { type MachineMemory, spareMemory } from '../../../src/engine/spareMemory';

const GB = 2 ** 30;

describe('the memory that may be taken', () => {
  const machine = (change: Partial<MachineMemory>): MachineMemory => ({
    platform: 'linux',
    total: () => 16 * GB,
    free: () => 8 * GB,
    ...change,
  });

  it('is what is free', () => {
    assert.equal(spareMemory(machine({})), 8 * GB);
    for (const limit of [0, 16 * GB, 2 ** 64]) {
      assert.equal(spareMemory(machine({ limit: () => limit, available: () => GB })), 8 * GB, 'no limit');
    }
  });

  it("is what a container's limit leaves, and a share of it where files that were read fill the rest", () => {
    const inContainer = (limit: number, available: number, free = 8) =>
      spareMemory(machine({ limit: () => limit * GB, available: () => available * GB, free: () => free * GB })) / GB;
    assert.equal(inContainer(4, 3), 3);
    assert.equal(inContainer(4, 0), 1);
    assert.equal(inContainer(4, 3, 2), 2, 'the machine has no more');
  });

  it('is a share of all on macOS, where hardly a page is ever free', () => {
    assert.equal(spareMemory(machine({ platform: 'darwin', free: () => 1, available: () => 1 })), 4 * GB);
  });

  it('is some on this machine', () => {
    assert.ok(spareMemory() > 0);
  });
});
