import assert from 'node:assert/strict';
import { firstWord } from '../../../../src/core/text/words';

describe('Never Suggest This Word', () => {
  it('means the first word shown, with what is typed of it', () => {
    assert.equal(firstWord('We met Quil', 'lonby there.'), 'Quillonby');
    assert.equal(firstWord('We met', ' Quillonby there.'), 'Quillonby');
    assert.equal(firstWord('We met ', 'Quillonby there.'), 'Quillonby');
    assert.equal(firstWord('It was well-kn', 'own'), 'well-known');
    assert.equal(firstWord('“', 'Oh, no'), 'Oh');
    assert.equal(firstWord('We met', ' …'), undefined);
  });
});
