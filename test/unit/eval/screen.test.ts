import assert from 'node:assert/strict';
import { type Pressed, screenCounts, screenFigures, targetsOf } from '../../../src/eval/screen';

/** Keys a hundred milliseconds apart; `<` is a deletion, `|` a jump. */
function typed(text: string): Pressed[] {
  return [...text].map((sign, i) => {
    const at = 100 * i;
    if (sign === '<') return { at, kind: 'delete' };
    return sign === '|' ? { at, kind: 'jump' } : { at, kind: 'type', text: sign };
  });
}

describe('what a writer sees', () => {
  it('is one suggestion for as long as it is typed, and a new one after another key', () => {
    const counts = screenCounts(typed('the cat sat'), [
      { at: 350, text: 'cat sat', firstWord: 3 },
      { at: 1050, text: 'dog', firstWord: 3 },
    ]);
    // `cat sat` stands after the space and six letters of it, `dog` after the last one; one key takes `cat sat`.
    assert.deepEqual(counts, {
      keys: 11,
      characters: 11,
      grey: 8,
      suggestions: 2,
      short: 0,
      brief: 1,
      slipped: 0,
      firstRight: 1,
      saved: 6,
    });
  });

  it('ends with an answer that there is nothing, and with a deletion', () => {
    const gone = screenCounts(typed('ab'), [{ at: 150, text: 'xyz' }, { at: 600 }]);
    assert.deepEqual([gone.suggestions, gone.brief, gone.grey], [1, 0, 1]);
    const deleted = screenCounts([...typed('ab'), { at: 1000, kind: 'delete' }], [{ at: 950, text: 'xy' }]);
    assert.deepEqual([deleted.brief, deleted.short], [1, 1]);
  });

  it('is right if it is what the writer comes to write, slips taken back', () => {
    assert.deepEqual(targetsOf(typed('ax<bc')), ['bc', '', 'bc', 'c', '']);
    assert.deepEqual(targetsOf(typed('abxy<<c')), ['bc', 'c', '', '', '', 'c', ''], 'a slip is noticed later');
    assert.deepEqual(targetsOf(typed('ab|cd')), ['b', '', 'cd', 'd', ''], 'it is written at this place');
    const before = screenCounts(typed('the cx<at'), [{ at: 350, text: 'cat' }]);
    assert.deepEqual([before.firstRight, before.saved, before.characters], [1, 2, 7]);
    const behind = screenCounts(typed('the cx<at'), [{ at: 550, text: 'at' }]);
    assert.deepEqual([behind.firstRight, behind.saved], [0, 0], 'nothing is right after a slip');
  });

  it('tells what a slip has ended before it was read', () => {
    const slip = screenCounts(typed('the cx<at'), [{ at: 450, text: 'at' }]);
    const other = screenCounts(typed('the cart'), [{ at: 550, text: 't' }]);
    assert.deepEqual([slip.brief, slip.slipped], [1, 1]);
    assert.deepEqual([other.brief, other.slipped], [1, 0]);
  });

  it('counts what a writer takes once, with a key for each word of a part', () => {
    const counts = screenCounts(typed('a big dog ran.'), [{ at: 150, text: 'big dog ran, and', firstWord: 3 }]);
    assert.equal(counts.saved, 'big dog ran'.length - 3);
  });

  it('adds up over texts, each by its size', () => {
    const one = screenCounts(typed('the cat'), [{ at: 350, text: 'cat' }]);
    const two = screenCounts(typed('the dog ran off, it'), [{ at: 350, text: 'cat' }]);
    const figures = screenFigures([one, two]);
    assert.equal(figures.suggestions, 2 / 26);
    assert.equal(figures.firstRight, 0.5);
    assert.equal(figures.saved, 2 / 26);
    assert.deepEqual(screenFigures([]).saved, 0);
  });
});
