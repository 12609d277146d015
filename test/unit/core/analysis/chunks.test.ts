import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChunkCutter } from '../../../../src/core/analysis';
import { gpt2Tokenizer } from '../../../../src/core/tokenizer';
import { encode } from '../../../support/gpt2';

const paragraph = (i: number) => `Paragraph ${i} says that the ${i % 7} foxes jump over ${i % 11} dogs, and so on.\n\n`;
const prose = Array.from({ length: 300 }, (_, i) => paragraph(i)).join('');
const most = 127;

describe('chunks', () => {
  const cutter = new ChunkCutter(256, gpt2Tokenizer());
  const cut = (text: string) => cutter.cut(text).map(({ from, to }) => text.slice(from, to));

  it('are the text, and fit the context two by two', () => {
    const chunks = cut(prose);
    assert.equal(chunks.join(''), prose);
    for (const chunk of chunks) assert.ok(encode(chunk).length <= most);
    for (const chunk of chunks.slice(0, -1)) assert.ok(encode(chunk).length >= most / 4);
  });

  it('lie where the tokenizer joins nothing', () => {
    const text = `${prose}\n  indented\n\n\n- a list\r\n\r\nand  two  spaces ${'word '.repeat(400)}`;
    assert.deepEqual(
      cut(text).flatMap((chunk) => encode(chunk)),
      encode(text),
    );
  });

  it('stay the same away from an edit', () => {
    const at = Math.floor(prose.length / 2);
    const before = new Set(cut(prose));
    const changed = cut(`${prose.slice(0, at)} something new ${prose.slice(at)}`).filter((chunk) => !before.has(chunk));
    assert.ok(changed.length <= 6, `${changed.length} of ${before.size} chunks changed`);
  });

  it('of lines that are all as long are the same again soon behind an edit', () => {
    const lines = Array.from({ length: 800 }, (_, i) => `\nThe ${i + 100}`);
    const before = new Set(cut(lines.join('')));
    for (let at = 50; at < 700; at += 50) {
      const after = cut([...lines.slice(0, at), '\nSomething new.', ...lines.slice(at)].join(''));
      const changed = after.filter((chunk) => !before.has(chunk)).length;
      assert.ok(changed < before.size / 2, `${changed} of ${before.size} chunks changed at ${at}`);
    }
  });

  it('are no smaller than half of what fits', () => {
    const lengths = cut('\nwe'.repeat(1_000)).map((chunk) => encode(chunk).length);
    assert.ok(Math.max(...lengths) <= most && Math.min(...lengths.slice(0, -1)) >= most / 2, `${lengths}`);
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
    for (const chunk of cut('é'.repeat(1_000_000)).slice(0, -1)) assert.ok(chunk.length <= 400);
  });
});
