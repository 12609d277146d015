import assert from 'node:assert/strict';
import { crc32, tableCrc32 } from '../../../../src/gpt2/files/zipArchive';

describe('the checksum of a record', () => {
  for (const [name, of] of [
    ["the runtime's", crc32],
    ['that of a Node without one', tableCrc32],
  ] as const) {
    it(`is CRC-32, in one piece or several: ${name}`, () => {
      const bytes = Buffer.from('123456789');
      // https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat-bits.32
      assert.equal(of(bytes), 0xcbf43926);
      assert.equal(of(bytes.subarray(4), of(bytes.subarray(0, 4))), 0xcbf43926);
      assert.equal(of(new Uint8Array()), 0);
      assert.equal(of(Uint8Array.of(0, 255, 128), 0xffffffff), crc32(Uint8Array.of(0, 255, 128), 0xffffffff));
    });
  }
});
