import assert from 'node:assert/strict';
import { screenFigures } from '../../host/typing/screen';

/** Keys a hundred milliseconds apart. */
const typed = (text: string) => [...text].map((letter, i) => ({ at: 100 * i, text: letter }));

describe('what a writer sees', () => {
  it('is one suggestion for as long as it is typed, and a new one after another key', () => {
    const keys = typed('the cat sat');
    const figures = screenFigures(keys, [
      { at: 350, text: 'cat sat', firstWord: 3 },
      { at: 1050, text: 'dog', firstWord: 3 },
    ]);
    assert.equal(figures.suggestions * keys.length, 2);
    // `cat sat` stands after the space and six letters of it, `dog` after the last one.
    assert.equal(Math.round(figures.grey * keys.length), 8);
    assert.equal(figures.firstRight, 0.5);
    assert.equal(figures.brief, 0.5);
    assert.equal(figures.short, 0);
    assert.equal(Math.round(figures.saved * keys.length), 6, 'cat sat is taken with one key');
  });

  it('ends with an answer that there is nothing, and with a deletion', () => {
    const keys = [...typed('ab'), { at: 1000 }];
    const gone = screenFigures(keys, [{ at: 150, text: 'xyz' }, { at: 600 }]);
    assert.equal(gone.brief, 0);
    assert.equal(Math.round(gone.grey * 3), 1);
    const deleted = screenFigures(keys, [{ at: 950, text: 'xy' }]);
    assert.deepEqual([deleted.brief, deleted.short], [1, 1]);
  });
});
