import assert from 'node:assert/strict';
import { classifyEdit } from '../../../src/editor/edits';

const edit = (text: string, rangeLength = 0, reason?: 1 | 2) =>
  classifyEdit({ reason, contentChanges: [{ text, rangeLength }] });

describe('classifying an edit', () => {
  it('tells typing from deleting', () => {
    assert.equal(edit('a'), 'insert');
    assert.equal(edit('', 1), 'delete');
    assert.equal(edit('x', 5), 'delete');
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
