import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  changedLines,
  normaliseLineBreaks,
  TextLines,
  textBetween,
  windowStart,
} from '../../../../src/core/text/lines';

const text = fc
  .array(fc.constantFrom('a', '🚀', ' ', '\n', '\r', '\r\n', '\u2028', 'bc'), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('lines', () => {
  it('are the same whatever ends them', () => {
    assert.equal(normaliseLineBreaks('a\r\nb\rc\u2028d\u2029e\nf'), 'a\nb\nc\nd\ne\nf');
    const lines = new TextLines('a\r\nb\rc');
    assert.deepEqual([lines.count, lines.line(1), lines.start(2)], [3, 'b', 4]);
  });

  it('map each offset of a text to its place', () => {
    fc.assert(
      fc.property(text, fc.nat(), (source, at) => {
        const lines = new TextLines(source);
        const offset = at % (source.length + 1);
        fc.pre(source.slice(offset - 1, offset + 1) !== '\r\n');
        const place = lines.positionAt(offset);
        const before = textBetween(lines, { line: 0, character: 0 }, place);
        assert.equal(before, normaliseLineBreaks(source.slice(0, offset)));
        assert.equal(lines.start(place.line) + place.character, before.length);
      }),
      { numRuns: 2000, seed: 50257 },
    );
  });

  it('are read from a window that stays in place, splits no character, and is no wider than twice what is asked for', () => {
    const line = new TextLines(`${'🚀'.repeat(5000)}`);
    const starts = new Set<number>();
    for (let character = 2000; character < 2100; character += 2) {
      const start = windowStart(line, { line: 0, character }, 1000);
      const units = textBetween(line, start, { line: 0, character });
      assert.ok(units.length >= 1000 && units.length <= 2000, `${units.length}`);
      assert.ok(!/\p{Cs}/u.test(units));
      starts.add(start.character);
    }
    assert.equal(starts.size, 1);
  });

  it('that an edit changed are known', () => {
    const range = (start: number, end: number) => ({ start: { line: start }, end: { line: end } });
    assert.deepEqual(changedLines([{ range: range(3, 3), text: 'x' }]), { first: 3, removed: 1, added: 1 });
    assert.deepEqual(changedLines([{ range: range(3, 5), text: 'x\r\ny' }]), { first: 3, removed: 3, added: 2 });
    assert.deepEqual(
      changedLines([
        { range: range(9, 9), text: '\n' },
        { range: range(2, 3), text: '' },
      ]),
      { first: 2, removed: 8, added: 8 },
    );
  });
});
