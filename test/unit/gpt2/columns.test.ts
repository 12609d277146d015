import assert from 'node:assert/strict';
import { toColumns } from '../../../src/gpt2/columns';
import { quantiseBlocks } from '../../../src/gpt2/quantise';
import { random } from '../../support/randomModel';

describe('blocks made into columns', () => {
  const matrix = (from: number, to: number) => {
    const next = random(from + to);
    return Float32Array.from({ length: from * to }, () => next() - 0.5);
  };
  const shown = (columns: Uint8Array, scales: Float32Array, to: number, row: number, column: number) =>
    (columns[row * to + column] - 128) * scales[column];

  for (const bits of [8, 4] as const) {
    it(`keep each value to half a step of its column, at ${bits} bits`, () => {
      const [from, to, blockSize] = [100, 140, 32];
      const values = matrix(from, to);
      const { packed, scales } = quantiseBlocks(values, to, from, bits, blockSize);
      const columns = new Uint8Array(from * to);
      const columnScales = toColumns({ bits, blockSize, from, to, packed, scales }, columns);
      const blocks = Math.ceil(from / blockSize);
      for (let column = 0; column < to; column++) {
        for (let row = 0; row < from; row++) {
          const at = column * blocks + Math.floor(row / blockSize);
          const byte = (at * blockSize + (row % blockSize)) * (bits / 8);
          const stored = bits === 8 ? packed[byte] : (packed[Math.floor(byte)] >> (row % 2 ? 4 : 0)) & 15;
          const exact = (stored - 2 ** (bits - 1)) * scales[at];
          const step = columnScales[column];
          // The one value without an opposite loses a step where its block's scale is negative.
          const most = exact > 127 * step ? 1.001 * step : 0.501 * step;
          assert.ok(Math.abs(shown(columns, columnScales, to, row, column) - exact) <= most);
        }
      }
    });
  }

  it('are exact where a column has one scale', () => {
    const [from, to] = [32, 4];
    const values = matrix(from, to);
    const { packed, scales } = quantiseBlocks(values, to, from, 8, 32);
    const columns = new Uint8Array(from * to);
    const positive = scales.map(Math.abs);
    const columnScales = toColumns({ bits: 8, blockSize: 32, from, to, packed, scales: positive }, columns);
    assert.deepEqual(columnScales, positive);
    for (let column = 0; column < to; column++) {
      for (let row = 0; row < from; row++) assert.equal(columns[row * to + column], packed[column * from + row]);
    }
  });

  it('of zeros are zeros', () => {
    const { packed, scales } = quantiseBlocks(new Float32Array(128), 4, 32, 8, 32);
    const columns = new Uint8Array(128);
    const columnScales = toColumns({ bits: 8, blockSize: 32, from: 32, to: 4, packed, scales }, columns);
    assert.ok(columnScales.every((scale) => scale > 0));
    assert.ok(columns.every((byte) => byte === 128));
  });
});
