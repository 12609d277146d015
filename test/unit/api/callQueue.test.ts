import assert from 'node:assert/strict';
import { CallQueue } from '../../../src/api/callQueue';

describe('the calls of other extensions', () => {
  const { signal } = new AbortController();

  it('run one at a time, in their order, whatever becomes of one', async () => {
    const queue = new CallQueue();
    const heard: string[] = [];
    const call = (name: string, fails = false) =>
      queue.run(signal, async () => {
        heard.push(`${name} begins`);
        await Promise.resolve();
        heard.push(`${name} ends`);
        if (fails) throw new Error(name);
      });
    await Promise.allSettled([call('a'), call('b', true), call('c')]);
    assert.deepEqual(heard, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('give their place up at once when they are cancelled, and let nobody past the one at work', async () => {
    const queue = new CallQueue();
    let finish = () => {};
    let working = false;
    const first = queue.run(signal, async () => {
      working = true;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      working = false;
    });
    const cancelled = Array.from({ length: 31 }, () => new AbortController());
    const waiting = cancelled.map(({ signal }) => queue.run(signal, () => assert.fail('it was cancelled')));
    await assert.rejects(
      queue.run(signal, async () => {}),
      RangeError,
    );
    for (const controller of cancelled) controller.abort();
    const outcomes = await Promise.allSettled(waiting);
    assert.ok(outcomes.every(({ status }) => status === 'rejected'));
    const last = queue.run(signal, async () => working);
    finish();
    await first;
    assert.equal(await last, false, 'the last one begins when the first has ended');
  });
});
