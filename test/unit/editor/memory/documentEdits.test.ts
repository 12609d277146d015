import assert from 'node:assert/strict';
import { normaliseLineBreaks } from '../../../../src/core/text/lines';
import { editsOf } from '../../../../src/editor/memory/documentEdits';

const [LF, CRLF] = [1, 2];
const range = (start: number, end: number) => ({ start: { line: start }, end: { line: end } });

describe('the edits that the memory is told of', () => {
  const applied = (text: string, edits: ReturnType<typeof editsOf>) =>
    edits.reduce((now, { offset, removed, text }) => now.slice(0, offset) + text + now.slice(offset + removed), text);

  it('make the text that the document has, when its line ends become others', () => {
    const texts = { [LF]: 'one\ntwo\nthree', [CRLF]: 'one\r\ntwo\r\nthree' };
    for (const [from, to] of [
      [LF, CRLF],
      [CRLF, LF],
    ]) {
      // As VS Code tells of it.
      const change = { range: range(0, 2), rangeOffset: 0, rangeLength: texts[from].length, text: texts[to] };
      assert.equal(applied(texts[LF], editsOf([change], from)), texts[LF]);
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
    assert.equal(applied(normaliseLineBreaks(text), editsOf([change], CRLF)), 'one\ntw\nxree');
  });
});
