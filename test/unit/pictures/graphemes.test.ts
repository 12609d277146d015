import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupByGrapheme } from '../../../src/pictures/graphemes';
import { tokenize } from '../../support/gpt2';

describe('characters split over tokens', () => {
  const groups = (text: string) => groupByGrapheme(text, tokenize(text)).map(({ from, to, text }) => [to - from, text]);

  it('are one group of several tokens', () => {
    assert.deepEqual(groups('a 👩‍🚀!'), [
      [1, 'a'],
      [7, ' 👩‍🚀'],
      [1, '!'],
    ]);
  });

  it('do not join words or line ends', () => {
    assert.deepEqual(groups('one two\r\nthree'), [
      [1, 'one'],
      [1, ' two'],
      [1, '\r'],
      [1, '\n'],
      [1, 'three'],
    ]);
  });

  it('cover every token and the whole text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const found = groupByGrapheme(text, tokenize(text));
        assert.equal(found.map((group) => group.text).join(''), text);
        assert.equal(found.at(-1)?.to ?? 0, tokenize(text).length);
      }),
    );
  });
});
