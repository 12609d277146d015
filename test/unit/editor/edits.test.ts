import assert from 'node:assert/strict';
import { classifyEdit, isKeystroke } from '../../../src/editor/edits';

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
