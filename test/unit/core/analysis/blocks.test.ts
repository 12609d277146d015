import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BlockCutter } from '../../../../src/core/analysis';
import { encode } from '../../../../src/core/tokenizer';

const paragraph = (i: number) => `Paragraph ${i} says that the ${i % 7} foxes jump over ${i % 11} dogs, and so on.\n\n`;
const prose = Array.from({ length: 300 }, (_, i) => paragraph(i)).join('');
const most = 127;

describe('blocks', () => {
  const cutter = new BlockCutter(256);
  const cut = (text: string) => cutter.cut(text).map(({ from, to }) => text.slice(from, to));

  it('are the text, and fit the context two by two', () => {
    const blocks = cut(prose);
    assert.equal(blocks.join(''), prose);
    for (const block of blocks) assert.ok(encode(block).length <= most);
    for (const block of blocks.slice(0, -1)) assert.ok(encode(block).length >= most / 4);
  });

  it('lie where the tokenizer joins nothing', () => {
    const text = `${prose}\n  indented\n\n\n- a list\r\n\r\nand  two  spaces ${'word '.repeat(400)}`;
    assert.deepEqual(
      cut(text).flatMap((block) => encode(block)),
      encode(text),
    );
  });

  it('stay the same away from an edit', () => {
    const at = Math.floor(prose.length / 2);
    const before = new Set(cut(prose));
    const changed = cut(`${prose.slice(0, at)} something new ${prose.slice(at)}`).filter((block) => !before.has(block));
    assert.ok(changed.length <= 6, `${changed.length} of ${before.size} blocks changed`);
  });

  it('of any text are that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        assert.equal(cut(text).join(''), text);
      }),
      { numRuns: 30 },
    );
  });

  it('of a line of a million characters without a space are small', () => {
    for (const block of cut('é'.repeat(1_000_000)).slice(0, -1)) assert.ok(block.length <= 400);
  });
});
