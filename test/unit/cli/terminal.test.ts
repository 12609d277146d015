import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { heatText } from '../../../src/cli/heatText';
import { counted } from '../../../src/cli/output';
import { type Terminal, wrapPieces } from '../../../src/cli/terminal';

const terminal = (level: 0 | 1 | 2 | 3, width = 80): Terminal => ({ isRead: true, width, paint: new Chalk({ level }) });

describe('what a terminal shows', () => {
  it('tells every level and every band apart, where it has 16 colours too', () => {
    for (const level of [1, 2, 3] as const) {
      for (const marks of [
        ['l0', 'l1', 'l2', 'l3'],
        ['r0', 'r1', 'r2', 'r3', 'box'],
      ]) {
        const painted = marks.map((mark) => wrapPieces(terminal(level), [{ text: 'x', mark }]));
        assert.equal(new Set(painted).size, marks.length, `${level}: ${painted.map((text) => JSON.stringify(text))}`);
      }
    }
  });

  it('begins no line with the full stop of the word before it', () => {
    const text = 'One marmalade.';
    const units = [
      { utf16: [0, 3], text: 'One', bits: 2, rank: 3 },
      { utf16: [4, 13], text: 'marmalade', bits: 20, rank: 900 },
      { utf16: [13, 14], text: '.', bits: 1, rank: 0 },
    ] as const;
    const lines = (width: number) =>
      stripVTControlCharacters(heatText(terminal(2, width), text, { units, levels: [4, 7, 10, 13] })).split('\n');
    assert.deepEqual(lines(14).slice(0, 1), ['One marmalade.']);
    assert.deepEqual(lines(13).slice(0, 2), ['One ', 'marmalade.']);
    assert.deepEqual(lines(10).slice(0, 2), ['One ', 'marmalade.']);
  });

  it('begins no line with the space behind a word that is wider than the line', () => {
    const pieces = ['marmalade', ' ', 'is', ' ', 'good'].map((text) => ({ text }));
    assert.equal(wrapPieces(terminal(0, 6), pieces), 'marmalade\nis \ngood\n');
  });

  it('counts one thing as one', () => {
    assert.deepEqual(
      [0, 1, 2].map((count) => counted(count, 'token')),
      ['0 tokens', '1 token', '2 tokens'],
    );
  });
});
