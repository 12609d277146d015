import * as zlib from 'node:zlib';

/** The reversed polynomial of CRC-32. https://www.rfc-editor.org/rfc/rfc1952#section-8 */
const POLYNOMIAL = 0xedb88320;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? POLYNOMIAL ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as in zip archives. `before` is the checksum of preceding bytes. */
export function tableCrc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Node's implementation is many times faster; available from 20.15 and 22.2 on. */
export const crc32: typeof tableCrc32 = zlib.crc32 ?? tableCrc32;
