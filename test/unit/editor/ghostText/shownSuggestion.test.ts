import assert from 'node:assert/strict';
import { ShownSuggestion, type SuggestionOutcome } from '../../../../src/editor/ghostText/shownSuggestion';
import { suggestion } from '../../core/ghostText/support';

describe('what becomes of a shown suggestion', () => {
  const document = {};
  let outcomes: SuggestionOutcome[];
  let time: number;
  let shown: ShownSuggestion<object>;
  const type = (offset: number, text: string, removed = 0) => shown.edited(document, [{ offset, removed, text }]);
  beforeEach(() => {
    outcomes = [];
    time = 0;
    shown = new ShownSuggestion(
      (outcome) => outcomes.push(outcome),
      () => time,
    );
    shown.show(document, 10, [suggestion([' sat down.']), suggestion([' slept.'])]);
    time = 1000;
  });

  it('is accepted when a word of it is inserted at once, and counts only once', () => {
    type(10, ' sat');
    type(14, ' down.');
    assert.deepEqual(outcomes, ['accepted']);
  });

  it('is accepted when the line is replaced by itself and the suggestion', () => {
    type(4, 'he cat sat down.', 6);
    assert.deepEqual(outcomes, ['accepted']);
  });

  it('may be any of the alternatives', () => {
    type(10, ' slept.');
    assert.deepEqual(outcomes, ['accepted']);
  });

  it('is ignored when something else is typed, also after typing through some of it', () => {
    type(10, ' ');
    type(11, 's');
    shown.show(document, 12, [suggestion(['at down.']), suggestion(['lept.'])]);
    type(12, 't');
    assert.deepEqual(outcomes, ['ignored']);
  });

  it('is not ignored when there was no time to read it', () => {
    shown.show(document, 20, [suggestion([' and on'])]);
    type(20, 'x');
    assert.deepEqual(outcomes, []);
  });

  it('is ignored when it is sent away, unless some of it was taken', () => {
    shown.dismissed();
    assert.deepEqual(outcomes, ['ignored']);
    shown.show(document, 30, [suggestion([' one two'])]);
    time = 5000;
    type(30, ' one');
    shown.dismissed();
    assert.deepEqual(outcomes, ['ignored', 'accepted']);
  });

  it('is neither after an edit elsewhere, a deletion, or in another document', () => {
    shown.edited({}, [{ offset: 10, removed: 0, text: 'x' }]);
    type(3, 'elsewhere');
    shown.show(document, 10, [suggestion([' sat'])]);
    time = 9000;
    type(9, '', 1);
    assert.deepEqual(outcomes, []);
  });

  it('stays what it is at its place, and what is left of it there as it is typed', () => {
    const texts = (offset: number) => shown.at(document, offset).map(({ text }) => text);
    assert.deepEqual(texts(10), [' sat down.', ' slept.']);
    assert.deepEqual(texts(11), []);
    type(10, ' ');
    type(11, 's');
    assert.deepEqual(texts(12), ['at down.', 'lept.']);
    type(12, 'l');
    assert.deepEqual(texts(13), ['ept.']);
    type(13, 'x');
    assert.deepEqual(texts(14), []);
  });

  it('goes on inside a bracket or quote that the editor closes as it is typed', () => {
    const texts = (offset: number) => shown.at(document, offset).map(({ text }) => text);
    shown.show(document, 20, [suggestion([' (so he', ' said)', ' and', ' left']), suggestion([' “No,”', ' he said'])]);
    type(20, ' ');
    type(21, '()');
    assert.deepEqual(texts(22), ['so he said']);
    type(22, 's');
    assert.deepEqual(texts(23), ['o he said']);
    shown.show(document, 40, [suggestion(['(so)', ' and']), suggestion(['((so)', ' and)', ' then'])]);
    type(40, '()');
    assert.deepEqual(texts(41), ['so', '(so) and']);
    assert.deepEqual(outcomes, []);
    shown.show(document, 60, [suggestion(['(so)', ' and'])]);
    time = 9000;
    type(60, '[]');
    assert.deepEqual(texts(61), []);
    assert.deepEqual(outcomes, ['ignored']);
  });
});
