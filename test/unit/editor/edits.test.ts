import assert from 'node:assert/strict';
import { classifyEdit, isKeystroke, shifted } from '../../../src/editor/edits';

const edit = (text: string, rangeLength = 0, reason?: 1 | 2) =>
  classifyEdit({ reason, contentChanges: [{ text, rangeLength }] });

describe('classifying an edit', () => {
  it('tells typing from deleting', () => {
    assert.equal(edit('a'), 'insert');
    assert.equal(edit('', 1), 'delete');
    assert.equal(edit('s', 6), 'insert', 'a key that replaces a selection');
    assert.equal(edit('whole suggestion, accepted'), 'insert');
    assert.equal(edit('\n  - '), 'insert');
  });

  it('knows undo and redo, whatever they insert', () => {
    assert.equal(edit('a', 0, 1), 'undo');
    assert.equal(edit('', 3, 2), 'undo');
  });

  it('ignores events without a change', () => {
    assert.equal(classifyEdit({ reason: undefined, contentChanges: [] }), 'none');
  });
});

describe('what one key types', () => {
  const isKey = (text: string, removed = 0) => isKeystroke({ offset: 5, removed, text });

  it('is a letter, a character of two units, or a bracket with the one that closes it', () => {
    for (const text of ['a', '\n', '😀', '()']) assert.ok(isKey(text), text);
  });

  it('is not what is accepted, pasted or completed, nor what replaces or deletes', () => {
    assert.ok(!isKey(' village knew'));
    assert.ok(!isKey('The old house', 7));
    assert.ok(!isKey('s', 6));
    assert.ok(!isKey('', 1));
  });
});

describe('where a place is after edits', () => {
  const moved = (offset: number, removed: number, text: string) => shifted(10, 14, [{ offset, removed, text }]);

  it('moves with what is edited before it, and not with what is edited behind it', () => {
    assert.equal(moved(2, 3, 'x'), 12);
    assert.equal(moved(2, 0, 'xyz'), 17);
    assert.equal(moved(15, 2, 'x'), 14);
  });

  it('is lost where it is touched', () => {
    for (const [offset, removed] of [
      [10, 0],
      [14, 0],
      [8, 2],
      [12, 1],
      [9, 9],
    ])
      assert.equal(moved(offset, removed, 'x'), undefined);
  });
});
