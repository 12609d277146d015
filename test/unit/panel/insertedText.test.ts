import assert from 'node:assert/strict';
import { afterEdit } from '../../../src/panel/insertedText';

const INSERTED = { from: 20, to: 22 };

/** What stands in place of the characters from one offset to another. */
const put = (from: number, to: number, text: string) => ({ rangeOffset: from, rangeLength: to - from, text });

describe('text that the panel put into a document', () => {
  it('moves with what is written and deleted before it, and right before it', () => {
    assert.deepEqual(afterEdit(INSERTED, [put(3, 3, 'four')]), { from: 24, to: 26 });
    assert.deepEqual(afterEdit(INSERTED, [put(3, 8, '')]), { from: 15, to: 17 });
    assert.deepEqual(afterEdit(INSERTED, [put(19, 20, 'abc')]), { from: 22, to: 24 });
    assert.deepEqual(afterEdit(INSERTED, [put(20, 20, ' a')]), { from: 22, to: 24 });
    assert.deepEqual(afterEdit(INSERTED, [put(30, 31, ''), put(5, 5, 'x'), put(1, 2, '')]), INSERTED);
  });

  it('stays where something is written behind it', () => {
    assert.deepEqual(afterEdit(INSERTED, [put(22, 22, ' more')]), INSERTED);
    assert.deepEqual(afterEdit(INSERTED, []), INSERTED);
  });

  it('is the writer’s as soon as a part of it was taken out or written over, whatever stands there then', () => {
    for (const change of [put(20, 22, ''), put(20, 22, ' a'), put(21, 21, 'x'), put(19, 21, ''), put(0, 50, 'all')]) {
      assert.equal(afterEdit(INSERTED, [put(2, 2, 'x'), change]), undefined);
    }
  });
});
