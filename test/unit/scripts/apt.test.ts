import assert from 'node:assert/strict';
import { type AptResult, aptGet } from '../../../scripts/workbench/apt';

const DONE: AptResult = { status: 0, stderr: '' };
const LOCKED: AptResult = {
  status: 100,
  stderr: 'E: Could not get lock /var/lib/apt/lists/lock. It is held by 7 (apt-get)',
};

describe('installing with apt', () => {
  /** Gives these results one after the other; the last one again and again. */
  function apt(...results: AptResult[]) {
    const calls: (readonly string[])[] = [];
    let pauses = 0;
    aptGet(
      ['update'],
      (args) => results[Math.min(calls.push(args), results.length) - 1],
      () => pauses++,
    );
    return { calls, pauses };
  }

  it('waits while another program holds a lock', () => {
    const { calls, pauses } = apt(LOCKED, LOCKED, DONE);
    assert.equal(calls.length, 3);
    assert.equal(pauses, 2);
  });

  it('lets apt wait for the lock of dpkg', () => {
    assert.deepEqual(apt(DONE).calls, [['update', '-o', 'DPkg::Lock::Timeout=600']]);
  });

  it('says what apt said when it fails, at once or when the lock is never given back', () => {
    assert.throws(
      () => apt({ status: 100, stderr: 'E: Unable to fetch' }),
      /apt-get update failed:\nE: Unable to fetch/,
    );
    assert.throws(() => apt(LOCKED), /Could not get lock/);
  });
});
