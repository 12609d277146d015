import assert from 'node:assert/strict';
import fc from 'fast-check';
import { speak, spell } from '../../../src/pictures/spelling';

describe('how tokens are spelled', () => {
  const drawn = (text: string, notation: 'gpt2' | 'plain') => spell(text, notation).map((piece) => piece.text);

  it('shows spaces, newlines and tabs in either notation', () => {
    assert.deepEqual(drawn(' the\n\t', 'plain'), ['␣', 'the', '⏎', '⇥']);
    assert.deepEqual(drawn(' the\n\t', 'gpt2'), ['Ġ', 'the', 'Ċ', 'ĉ']);
  });

  it('writes out what would change how its neighbours are drawn', () => {
    assert.deepEqual(drawn('a\u202eb\u200d\u0000', 'plain'), ['a', 'U+202E', 'b', 'U+200D', 'U+0000']);
  });

  it('leaves no control or formatting character in any piece', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        for (const piece of spell(text, 'plain')) assert.doesNotMatch(piece.text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('cuts a token of very many spaces and says how many there are', () => {
    assert.equal(drawn(' '.repeat(128), 'plain').at(-1), '… ×128');
  });

  it('names what cannot be heard', () => {
    assert.equal(speak(' very'), 'space very');
    assert.equal(speak('\n\n'), 'newline newline');
    assert.equal(speak(''), 'empty');
  });

  it('calls a token in GPT-2’s notation as it is drawn, so that what is seen is in its name', () => {
    for (const text of [' very', '\n', 'a b\t', '…']) {
      assert.equal(speak(text, 'gpt2'), drawn(text, 'gpt2').join(''));
    }
    assert.equal(speak('', 'gpt2'), 'empty');
  });
});
