import assert from 'node:assert/strict';
import { type Fate, ShownSuggestion } from '../../../../src/editor/ghostText/shown';

describe('what becomes of a shown suggestion', () => {
  const document = {};
  let fates: Fate[];
  let time: number;
  let shown: ShownSuggestion<object>;
  const type = (offset: number, text: string, removed = 0) => shown.edited(document, [{ offset, removed, text }]);
  beforeEach(() => {
    fates = [];
    time = 0;
    shown = new ShownSuggestion(
      (fate) => fates.push(fate),
      () => time,
    );
    shown.show(document, 10, [' sat down.', ' slept.']);
    time = 1000;
  });

  it('is accepted when a word of it is inserted at once, and counts only once', () => {
    type(10, ' sat');
    type(14, ' down.');
    assert.deepEqual(fates, ['accepted']);
  });

  it('is accepted when the line is replaced by itself and the suggestion', () => {
    type(4, 'he cat sat down.', 6);
    assert.deepEqual(fates, ['accepted']);
  });

  it('may be any of the alternatives', () => {
    type(10, ' slept.');
    assert.deepEqual(fates, ['accepted']);
  });

  it('is ignored when something else is typed, also after typing through some of it', () => {
    type(10, ' ');
    type(11, 's');
    shown.show(document, 12, ['at down.', 'lept.']);
    type(12, 't');
    assert.deepEqual(fates, ['ignored']);
  });

  it('is not ignored when there was no time to read it', () => {
    shown.show(document, 20, [' and on']);
    type(20, 'x');
    assert.deepEqual(fates, []);
  });

  it('is ignored when it is sent away, unless some of it was taken', () => {
    shown.dismissed();
    assert.deepEqual(fates, ['ignored']);
    shown.show(document, 30, [' one two']);
    time = 5000;
    type(30, ' one');
    shown.dismissed();
    assert.deepEqual(fates, ['ignored', 'accepted']);
  });

  it('is neither after an edit elsewhere, a deletion, or in another document', () => {
    shown.edited({}, [{ offset: 10, removed: 0, text: 'x' }]);
    type(3, 'elsewhere');
    shown.show(document, 10, [' sat']);
    time = 9000;
    type(9, '', 1);
    assert.deepEqual(fates, []);
  });
});
