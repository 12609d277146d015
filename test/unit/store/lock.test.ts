import assert from 'node:assert/strict';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocked, withLock } from '../../../src/store/lock';
import { useTemporaryFolder } from '../../support/content';

const HOUR_MS = 3_600_000;

describe("the store's lock", () => {
  const folder = useTemporaryFolder();
  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });
  const lock = () => join(folder(), 'lock');

  it('lets one in at a time, in whatever order they come', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((done) => setTimeout(done, 5));
      inside--;
    };
    await Promise.all([1, 2, 3].map((i) => withLock(folder(), `${i}`, {}, work)));
    assert.equal(most, 1);
    assert.equal(await isLocked(folder()), false);
  });

  it('leaves nothing of holders that were killed while they wrote their name', async () => {
    for (const name of ['lock.json.4711.tmp', 'lock.json.42.tmp', 'notes.tmp']) {
      await writeFile(join(folder(), name), '');
    }
    await withLock(folder(), 'one', {}, async () => {});
    assert.deepEqual((await readdir(folder())).sort(), ['lock.json', 'notes.tmp']);
  });

  for (const [what, jump] of [
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const) {
    it(`stays held when the clock is set an hour ${what} meanwhile`, async () => {
      const waiting = new AbortController();
      let owner = '';
      let entered = false;
      await withLock(folder(), 'the first', {}, async (signal) => {
        Date.now = () => now() + jump;
        const second = withLock(
          folder(),
          'the second',
          {
            signal: waiting.signal,
            onWait: (name) => {
              owner = name;
              waiting.abort();
            },
          },
          async () => {
            entered = true;
          },
        );
        await assert.rejects(second, { name: 'AbortError' });
        assert.equal(signal.aborted, false);
      });
      assert.deepEqual([entered, owner], [false, 'the first']);
    });
  }

  for (const [what, offset] of [
    ['ahead', HOUR_MS],
    ['long ago', -HOUR_MS],
    ['just now', 0],
  ] as const) {
    it(`is taken from a dead process, though it is dated ${what}`, async () => {
      await mkdir(lock());
      const date = new Date(now() + offset);
      await utimes(lock(), date, date);
      assert.equal(await isLocked(folder(), 20), false);
      assert.equal(await withLock(folder(), 'the next', { staleMs: 20 }, async () => 'done'), 'done');
      assert.deepEqual(await readdir(folder()), ['lock.json']);
    });
  }

  it('is not taken from a process that lives, however old its date', async () => {
    await mkdir(lock());
    let ticks = 0;
    const beat = setInterval(() => {
      const date = new Date(now() - HOUR_MS + 1000 * ++ticks);
      void utimes(lock(), date, date);
    }, 50);
    try {
      assert.equal(await isLocked(folder(), 2000), true);
      assert.ok((await stat(lock())).isDirectory());
    } finally {
      clearInterval(beat);
    }
  });
});
