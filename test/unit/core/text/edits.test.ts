import assert from 'node:assert/strict';
import { normalisedEditsOf, rangeAfter, type TextEdit } from '../../../../src/core/text/edits';
import { normaliseLineBreaks } from '../../../../src/core/text/lines';

const [LF, CRLF] = [1, 2];
const range = (start: number, end: number) => ({ start: { line: start }, end: { line: end } });

describe('the edits that the memory is told of', () => {
  const applied = (text: string, edits: ReturnType<typeof normalisedEditsOf>) =>
    edits.reduce((now, { offset, removed, text }) => now.slice(0, offset) + text + now.slice(offset + removed), text);

  it('make the text that the document has, when its line ends become others', () => {
    const texts = { [LF]: 'one\ntwo\nthree', [CRLF]: 'one\r\ntwo\r\nthree' };
    for (const [from, to] of [
      [LF, CRLF],
      [CRLF, LF],
    ]) {
      // As VS Code tells of it.
      const change = { range: range(0, 2), rangeOffset: 0, rangeLength: texts[from].length, text: texts[to] };
      assert.equal(applied(texts[LF], normalisedEditsOf([change], from)), texts[LF]);
    }
  });

  it('count a line end as one, whatever it is', () => {
    const text = 'one\r\ntwo\r\nthree';
    const change = {
      range: range(1, 2),
      rangeOffset: text.indexOf('wo'),
      rangeLength: 'wo\r\nth'.length,
      text: 'w\r\nx',
    };
    assert.equal(applied(normaliseLineBreaks(text), normalisedEditsOf([change], CRLF)), 'one\ntw\nxree');
  });
});

const INSERTED = { from: 20, to: 22 };

/** What stands in place of the characters from one offset to another. */
const put = (from: number, to: number, text: string) => ({ offset: from, removed: to - from, text });

const afterEdit = (edits: readonly TextEdit[]) => rangeAfter(INSERTED, edits, 0);

describe('text that the panel put into a document', () => {
  it('moves with what is written and deleted before it, and right before it', () => {
    assert.deepEqual(afterEdit([put(3, 3, 'four')]), { from: 24, to: 26 });
    assert.deepEqual(afterEdit([put(3, 8, '')]), { from: 15, to: 17 });
    assert.deepEqual(afterEdit([put(19, 20, 'abc')]), { from: 22, to: 24 });
    assert.deepEqual(afterEdit([put(20, 20, ' a')]), { from: 22, to: 24 });
    assert.deepEqual(afterEdit([put(30, 31, ''), put(5, 5, 'x'), put(1, 2, '')]), INSERTED);
  });

  it('stays where something is written behind it', () => {
    assert.deepEqual(afterEdit([put(22, 22, ' more')]), INSERTED);
    assert.deepEqual(afterEdit([]), INSERTED);
  });

  it('is the writer’s as soon as a part of it was taken out or written over, whatever stands there then', () => {
    for (const change of [put(20, 22, ''), put(20, 22, ' a'), put(21, 21, 'x'), put(19, 21, ''), put(0, 50, 'all')]) {
      assert.equal(afterEdit([put(2, 2, 'x'), change]), undefined);
    }
  });
});

describe('where a place is after edits', () => {
  const moved = (offset: number, removed: number, text: string) =>
    rangeAfter({ from: 10, to: 14 }, [{ offset, removed, text }], 1)?.to;

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
