import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changedRanges, classifyEdit } from '../../../src/editor/edits';

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

describe('the ranges of an edit', () => {
  it('name the same text before and after, whatever was replaced', () => {
    const edits = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.string({ maxLength: 4 })), { maxLength: 5 });
    fc.assert(
      fc.property(edits, (parts) => {
        let from = 0;
        const replacements = parts.map(([gap, rangeLength, text]) => {
          const rangeOffset = from + gap + 1;
          from = rangeOffset + rangeLength;
          return { rangeOffset, rangeLength, text };
        });
        const before = Array.from({ length: from + 3 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
        let after = before;
        for (const { rangeOffset, rangeLength, text } of [...replacements].reverse()) {
          after = after.slice(0, rangeOffset) + text + after.slice(rangeOffset + rangeLength);
        }
        const ranges = changedRanges([...replacements].reverse());
        let [a, b] = [0, 0];
        for (const { fromA, toA, fromB, toB } of ranges) {
          assert.equal(after.slice(b, fromB), before.slice(a, fromA));
          [a, b] = [toA, toB];
        }
        assert.equal(after.slice(b), before.slice(a));
        assert.deepEqual(
          ranges.map(({ fromB, toB }) => after.slice(fromB, toB)),
          replacements.map(({ text }) => text),
        );
      }),
    );
  });
});
