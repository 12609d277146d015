import assert from 'node:assert/strict';
import { ReadingPace } from '../../../src/engine/readingPace';

/** Reads a text on a machine of this speed; returns the milliseconds of each run. */
function runs(pace: ReadingPace, tokens: number, msPerToken: number): number[] {
  const durations: number[] = [];
  for (let rest = tokens; rest > 0; ) {
    const count = pace.next(rest);
    durations.push(count * msPerToken);
    pace.ran(count, count * msPerToken);
    rest -= count;
  }
  return durations;
}

describe('how much of a text is read in one run', () => {
  for (const msPerToken of [0.05, 0.2, 0.4, 0.6, 0.8]) {
    it(`leaves a key at most 60 ms to wait where a token takes ${msPerToken} ms`, () => {
      const pace = new ReadingPace();
      runs(pace, 200, msPerToken);
      assert.ok(Math.max(...runs(pace, 5000, msPerToken)) <= 60);
    });
  }

  it('takes few runs on a fast machine and never fewer than 64 tokens on a slow one', () => {
    const fast = new ReadingPace();
    runs(fast, 200, 0.05);
    assert.equal(runs(fast, 1024, 0.05).length, 4);
    const slow = new ReadingPace();
    slow.ran(64, 6400);
    assert.equal(slow.next(500), 64);
  });

  it('takes longer runs before anybody types, none over a quarter of a second', () => {
    const pace = new ReadingPace();
    pace.ran(128, 128 * 0.6);
    assert.equal(pace.next(1000, true), 320);
    assert.equal(pace.next(1000), 80);
    pace.ran(128, 128 * 0.05);
    pace.ran(128, 128 * 0.05);
    assert.ok(pace.next(2000, true) <= 512);
  });

  it('reads all of a text and leaves no small rest', () => {
    const pace = new ReadingPace();
    assert.equal(pace.next(140), 140);
    assert.equal(pace.next(150), 128);
    pace.ran(128, 128 * 0.25);
    assert.equal(pace.next(220), 220);
    assert.equal(pace.next(500), 192);
  });

  it('slows down when the machine does, and is not thrown by one slow run', () => {
    const pace = new ReadingPace();
    for (let i = 0; i < 5; i++) pace.ran(128, 128 * 0.3);
    pace.ran(128, 128 * 0.6);
    assert.equal(pace.next(1000), 96);
    for (let i = 0; i < 5; i++) pace.ran(128, 128 * 0.6);
    assert.equal(pace.next(1000), 80);
  });
});
