import assert from 'node:assert/strict';
import { decode } from '../../../../src/core/decoding/decode';
import { FakeModel } from './fakeModel';

// The words come one after the other: token i says words[i].
const words = ['One', ' day', ' th', 'e e', 'nd', ' came', '. Th', 'en é', 'té', '<end>'];
const next = () =>
  new FakeModel(words.length, (ids) => words.map((_, id) => (id === ids[ids.length - 1] + 1 ? 9 : 0)), 9);
const tokenBytes = (id: number) => new TextEncoder().encode(words[id]);

const run = (config: object, options: object = { tokenBytes }) =>
  decode(next(), [0], { maxNewTokens: 50, ...config }, options);

describe('stopping', () => {
  it('ends at the end-of-text token, which stays among the ids', async () => {
    const { finish, ids } = await run({});
    assert.deepEqual([finish, ids.at(-1), ids.length], ['end-of-text', 9, 9]);
  });

  it('ends at any of several end-of-text tokens, or at none', async () => {
    assert.deepEqual((await run({ eosTokenId: [9, 4] })).ids, [1, 2, 3, 4]);
    assert.equal((await run({ eosTokenId: [] })).finish, 'length');
  });

  it('ends at the length limit, counted from the prompt or in all', async () => {
    assert.deepEqual((await run({ maxNewTokens: 3 })).ids, [1, 2, 3]);
    assert.deepEqual((await run({ maxNewTokens: undefined, maxLength: 3 })).ids, [1, 2]);
    await assert.rejects(decode(next(), [0, 1, 2], { maxLength: 3 }), /maxLength of 3 leaves no room/);
  });

  const stops: [stop: string | string[], ids: number[], why: string][] = [
    [' day', [1], 'a stop string that is a token'],
    ['the end', [1, 2, 3, 4], 'one across three tokens'],
    ['the ', [1, 2, 3], 'one that ends inside a token'],
    ['One day', [1], 'one that begins in the prompt'],
    ['. T', [1, 2, 3, 4, 5, 6], 'one inside a token'],
    ['é', [1, 2, 3, 4, 5, 6, 7], 'one of two bytes'],
    ['été', [1, 2, 3, 4, 5, 6, 7, 8], 'one of split characters'],
    [['never', 'came', 'day'], [1], 'the first of several'],
  ];
  for (const [stop, ids, why] of stops) {
    it(`ends at ${why}`, async () => {
      const result = await run({ stopStrings: stop });
      assert.deepEqual([result.ids, result.finish], [ids, 'stop']);
    });
  }

  it('does not end at a stop string the prompt already has', async () => {
    assert.equal((await run({ stopStrings: 'One' })).finish, 'end-of-text');
  });

  it('looks back no further than a stop string is long, however long the text is', async () => {
    let asked = 0;
    const counted = (id: number) => {
      asked++;
      return tokenBytes(id);
    };
    const prompt = Array.from({ length: 1000 }, () => 0);
    const { finish, ids } = await decode(
      next(),
      prompt,
      { maxNewTokens: 50, stopStrings: '12345' },
      { tokenBytes: counted },
    );
    assert.equal(finish, 'end-of-text');
    // Each token, and before it two of at least two bytes for the four that may precede its first.
    assert.ok(asked <= 3 * ids.length, `${asked} tokens for ${ids.length}`);
  });

  it('works on beams', async () => {
    const { finish, ids } = await run({ stopStrings: 'the end', numBeams: 2 });
    assert.deepEqual([finish, ids], ['stop', [1, 2, 3, 4]]);
  });

  it('needs the bytes of the tokens', async () => {
    await assert.rejects(decode(next(), [0], { stopStrings: 'x' }), /stopStrings need the bytes/);
  });

  it('begins no token after maxTime, by the given clock', async () => {
    let seconds = 0;
    const now = () => {
      seconds += 1;
      return seconds * 1000;
    };
    const { finish, ids } = await run({ maxTime: 3 }, { now });
    assert.deepEqual([finish, ids.length], ['time', 4]);
  });
});
