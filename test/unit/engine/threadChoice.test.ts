import assert from 'node:assert/strict';
import { ThreadChoice } from '../../../src/engine/threadChoice';

/** A machine on which a token takes these milliseconds with one thread, and with more. */
function machine(times: { one: number; more: number }) {
  const done = { timed: [] as number[], used: [] as number[] };
  return {
    times,
    done,
    async timeThreads(threads: number) {
      done.timed.push(threads);
      return threads === 1 ? times.one : times.more;
    },
    async useThreads(threads: number) {
      done.used.push(threads);
    },
  };
}

const run = (choice: ThreadChoice, ms: number, tokens = 16) => {
  for (let i = 0; i < tokens; i++) choice.ran(ms);
};

describe('the choice of threads', () => {
  it('measures one thread and the most in turn at the start, and takes the faster', async () => {
    const free = machine({ one: 8, more: 5 });
    await new ThreadChoice(free, 2).whenIdle();
    assert.deepEqual(free.done, { timed: [1, 2, 1, 2, 1, 2], used: [2] });
    const taken = machine({ one: 8, more: 14 });
    await new ThreadChoice(taken, 4).whenIdle();
    assert.deepEqual(taken.done, { timed: [1, 4, 1, 4, 1, 4], used: [1] });
  });

  it('takes one thread where more are hardly faster', async () => {
    const model = machine({ one: 8, more: 7.8 });
    await new ThreadChoice(model, 2).whenIdle();
    assert.deepEqual(model.done.used, [1]);
  });

  it('measures nothing where one thread is all that is allowed', async () => {
    const model = machine({ one: 8, more: 5 });
    await new ThreadChoice(model, 1).whenIdle();
    assert.deepEqual(model.done, { timed: [], used: [] });
  });

  it('measures again when tokens take another time, and not while they take the same', async () => {
    const model = machine({ one: 8, more: 5 });
    const choice = new ThreadChoice(model, 2);
    await choice.whenIdle();
    run(choice, 6);
    await choice.whenIdle();
    assert.deepEqual(model.done.used, [2]);
    Object.assign(model.times, { one: 12, more: 20 });
    run(choice, 20);
    await choice.whenIdle();
    assert.deepEqual(model.done.used, [2, 1], 'somebody else has taken a core');
    Object.assign(model.times, { one: 8, more: 5 });
    run(choice, 7);
    await choice.whenIdle();
    assert.deepEqual(model.done.used, [2, 1, 2], 'it is free again');
    assert.equal(model.done.timed.length, 18);
  });

  it('does not take a few slow tokens for a change', async () => {
    const model = machine({ one: 8, more: 5 });
    const choice = new ThreadChoice(model, 2);
    await choice.whenIdle();
    run(choice, 50, 15);
    assert.equal(choice.isDue, false, 'too few to tell');
    run(choice, 5, 16);
    run(choice, 50, 7);
    assert.equal(choice.isDue, false, 'most are as they were');
  });

  it('measures once at a time, and again where measuring failed', async () => {
    const model = machine({ one: 8, more: 5 });
    const choice = new ThreadChoice(model, 2);
    await Promise.all([choice.whenIdle(), choice.whenIdle()]);
    assert.equal(model.done.timed.length, 6);
    const failing = new ThreadChoice({ ...model, timeThreads: () => Promise.reject(new Error('no memory')) }, 2);
    await assert.rejects(failing.whenIdle(), /no memory/);
    assert.equal(failing.isDue, true);
  });
});
