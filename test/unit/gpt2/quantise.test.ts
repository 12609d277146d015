import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BlockQuantised, blockSizeFor, quantiseBlocks } from '../../../src/gpt2/quantise';

/** What `MatMulNBits` makes of the bytes. */
function unpack({ bits, blockSize, packed, scales }: BlockQuantised, rows: number, columns: number): Float32Array {
  const width = Math.ceil(columns / blockSize) * blockSize;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * width + column;
      const byte = packed[bits === 8 ? at : at >> 1];
      const q = bits === 8 ? byte : (byte >> (4 * (at % 2))) & 15;
      // A negative scale makes -0 of zeros.
      result[row * columns + column] = (q - 2 ** (bits - 1)) * scales[Math.floor(at / blockSize)] || 0;
    }
  }
  return result;
}

const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 300 }),
    blockSize: fc.constantFrom(32, 64, 128),
  })
  .chain((shape) => {
    const length = shape.rows * shape.columns;
    const values = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: length, maxLength: length });
    return values.map((each) => ({ ...shape, values: Float32Array.from(each) }));
  });

describe('block quantisation', () => {
  for (const bits of [4, 8] as const) {
    it(`keeps every value within one step of the block's scale, ${bits} bits`, () => {
      fc.assert(
        fc.property(matrices, ({ rows, columns, blockSize, values }) => {
          const quantised = quantiseBlocks(values, rows, columns, bits, blockSize);
          const back = unpack(quantised, rows, columns);
          const blocks = Math.ceil(columns / blockSize);
          assert.equal(quantised.packed.length, (rows * blocks * blockSize * bits) / 8);
          values.forEach((value, i) => {
            const block = Math.floor(i / columns) * blocks + Math.floor((i % columns) / blockSize);
            const step = Math.abs(quantised.scales[block]);
            // Half a step inside the range; a whole one where the end opposite to the largest value is cut off.
            assert.ok(Math.abs(back[i] - value) <= step * 1.0001 + 1e-30, `${value} became ${back[i]}, step ${step}`);
          });
        }),
      );
    });

    it(`errs by less than half a step on average, ${bits} bits`, () => {
      const values = Float32Array.from({ length: 64 * 256 }, (_, i) => Math.sin(i * 12.9898) * Math.cos(i * 0.37));
      const quantised = quantiseBlocks(values, 64, 256, bits, 64);
      const back = unpack(quantised, 64, 256);
      let squares = 0;
      values.forEach((value, i) => {
        squares += ((back[i] - value) / quantised.scales[Math.floor(i / 64)]) ** 2;
      });
      // A uniform rounding error has a variance of 1/12 of a squared step.
      assert.ok(squares / values.length < 1.1 / 12, `mean squared error ${squares / values.length} steps`);
    });
  }

  it('keeps zeros, the largest value of each block, and what lies on the grid', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => (i % 16) - 8);
    assert.deepEqual(unpack(quantiseBlocks(values, 1, 32, 4, 32), 1, 32), values);
    const zeros = new Float32Array(50);
    assert.deepEqual(unpack(quantiseBlocks(zeros, 1, 50, 4, 128), 1, 50), zeros);
    const one = new Float32Array(40);
    one[35] = 0.7;
    assert.deepEqual(unpack(quantiseBlocks(one, 1, 40, 8, 32), 1, 40), one);
  });

  it('cuts rows into the largest blocks that leave no remainder', () => {
    assert.equal(blockSizeFor(768, 128), 128);
    assert.equal(blockSizeFor(768, 64), 64);
    assert.equal(blockSizeFor(1600, 128), 64);
    assert.equal(blockSizeFor(33, 128), 32);
  });
});
