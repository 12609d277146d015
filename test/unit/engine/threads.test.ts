import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { openRandom } from '../../support/models';
import { temporaryFolder } from '../../support/randomModel';

describe('a session with another number of threads', () => {
  let folder: string;
  let session: Awaited<ReturnType<typeof openRandom>>['session'];
  before(async () => {
    folder = await temporaryFolder();
    ({ session } = await openRandom(folder, {}, 17));
  });
  after(async () => {
    await session.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is timed without being counted as work, and goes on with what it had read', async () => {
    const tokens: number[] = [];
    session.onToken = (ms) => tokens.push(ms);
    const cache = session.newCache();
    await session.step(cache, [[1, 2, 3]], 1);
    const counted = { ...session.work };
    for (const threads of [1, 2]) {
      const ms = await session.timeThreads(threads);
      assert.ok(ms > 0 && Number.isFinite(ms), `${ms}`);
    }
    assert.deepEqual(session.work, counted);
    await session.useThreads(2);
    const after = await session.step(cache, [[4]], 1);
    assert.equal(session.work.runs, counted.runs + 1);
    const fresh = await session.step(session.newCache(), [[1, 2, 3, 4]], 1);
    assert.ok(after.every((logit, i) => Math.abs(logit - fresh[i]) < 1e-4));
    assert.equal(tokens.length, 1, 'a step over one token is heard of, reading and timing are not');
    await session.useThreads(1);
    assert.equal((await session.step(cache, [[5]], 1)).length, after.length);
  });
});
