import assert from 'node:assert/strict';
import { Vocabulary } from '../../../../src/panel/webview/vocabulary';

/** A vocabulary whose tokens are these byte strings. */
const vocabulary = new Vocabulary(['It', '\u00e2\u0080', '\u0099', 's', '\u00f0\u009f\u0098', '\u0080!']);

describe('the vocabulary of the view', () => {
  it('joins the tokens of one character and leaves the others apart', () => {
    assert.deepEqual(vocabulary.texts([0, 1, 2, 3]), ['It', '’', 's']);
    assert.deepEqual(vocabulary.texts([4, 5, 0]), ['😀!', 'It']);
  });

  it('marks what is not a whole character, wherever it stands', () => {
    assert.deepEqual(vocabulary.texts([2, 3]), ['\ufffd', 's']);
    assert.deepEqual(vocabulary.texts([1, 0]), ['\ufffdIt']);
    assert.deepEqual(vocabulary.texts([0, 4]), ['It', '\ufffd']);
    assert.deepEqual(vocabulary.texts([]), []);
  });

  it('gives what follows with the character that stands across the border', () => {
    assert.equal(vocabulary.textAfter([0, 1], [2, 3]), '’s');
    assert.equal(vocabulary.textAfter([0], [3, 1]), 's\ufffd');
    assert.equal(vocabulary.textAfter([], [4, 5]), '😀!');
  });

  it('draws a character of several tokens whole, once, and counts the rest', () => {
    assert.deepEqual(vocabulary.glyphs([0, 1, 2, 3]), ['It', '’', '+1', 's']);
    assert.deepEqual(vocabulary.glyphs([4, 5]), ['😀!', '+1']);
    assert.deepEqual(vocabulary.glyphs([0, 4]), ['It', '\ufffd']);
    assert.deepEqual(vocabulary.glyphs([]), []);
  });
});
