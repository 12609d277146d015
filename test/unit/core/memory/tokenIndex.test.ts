import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LONGEST_MATCH, TokenIndex } from '../../../../src/core/memory/tokenIndex';

const OWN = [0, 1];
const EVERYTHING = 1_000_000;

interface Found {
  readonly position: number;
  readonly length: number;
}

function found(
  index: TokenIndex,
  history: readonly number[],
  cap = EVERYTHING,
  groups: readonly number[] = OWN,
): Found[] {
  const places: Found[] = [];
  index.matches(history, groups, [...new Set(groups)].filter(Boolean), cap, (position, _, length) =>
    places.push({ position, length }),
  );
  return places.sort((a, b) => a.position - b.position);
}

function indexOf(ids: readonly number[], owner = 1): TokenIndex {
  const index = new TokenIndex();
  for (const id of ids) index.push(id, owner);
  return index;
}

/** By looking at every place. */
function expected(ids: readonly number[], history: readonly number[]): Found[] {
  return ids.flatMap((_, position) => {
    let length = 0;
    while (
      length < Math.min(LONGEST_MATCH, position, history.length) &&
      ids[position - 1 - length] === history[history.length - 1 - length]
    ) {
      length++;
    }
    return length > 0 ? [{ position, length }] : [];
  });
}

describe('the index of tokens', () => {
  it('finds every place with the same token before it, with the length of the match, in any text', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 200 });
    fc.assert(
      fc.property(ids, ids, (text, history) => {
        assert.deepEqual(found(indexOf(text), history), expected(text, history));
      }),
    );
  });

  it('looks at the newest places only, as many as it may for each order', () => {
    const index = indexOf(Array.from({ length: 400 }, (_, i) => [7, i + 10]).flat());
    const places = found(index, [7], 5);
    assert.deepEqual(
      places.map(({ position }) => position),
      [791, 793, 795, 797, 799],
    );
  });

  it('follows a list no further than to where it has all the places that it may', () => {
    const index = indexOf(Array.from({ length: 400 }, (_, i) => [7, i + 10]).flat());
    let looks = 0;
    const groups = {
      length: 2,
      get 1() {
        looks++;
        return 1;
      },
    };
    let visits = 0;
    index.matches([7], groups, [1], 5, () => visits++);
    assert.deepEqual([visits, looks], [5, 5]);
  });

  it('does not find what has been disowned, nor what belongs to an owner that is not asked for', () => {
    const index = indexOf([1, 2, 1, 3, 1, 4]);
    index.disown(1, 2);
    assert.deepEqual(found(index, [1]), [
      { position: 3, length: 1 },
      { position: 5, length: 1 },
    ]);
    assert.deepEqual(found(index, [1], 10, [0, 0]), []);
  });

  it('takes at most 40 bytes for a token of a long text', () => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed / 0x80000000;
    };
    // Frequent and rare tokens as in prose (Zipf): the contexts are mostly different.
    const index = indexOf(Array.from({ length: 300_000 }, () => Math.floor(50_000 ** random())));
    assert.ok(index.bytes / index.length <= 40, `${index.bytes / index.length}`);
  });
});
