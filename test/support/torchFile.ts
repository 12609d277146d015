import { crc32 } from '../../src/gpt2/files/zipArchive';

/** Bytes of opcodes, given as text of single bytes and as numbers. */
export function bytesOf(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.from([part]) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    ),
  );
}

/** A little-endian unsigned number. */
export function littleEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.subarray(0, length);
}

/** A pickle of protocol 2 with these opcodes. */
export function pickleOf(...opcodes: readonly (string | number | Uint8Array)[]): Buffer {
  return bytesOf('\x80\x02', ...opcodes, '.');
}

/** The opcode BINUNICODE. */
export function text(value: string): Buffer {
  const encoded = Buffer.from(value);
  return bytesOf('X', littleEndian(encoded.length, 4), encoded);
}

/** The opcodes of `torch.FloatStorage` number `key` with this many elements. */
export function storage(key: string, elements: number, type = 'torch\nFloatStorage'): Buffer {
  return bytesOf('(', text('storage'), `c${type}\n`, text(key), text('cpu'), 'J', littleEndian(elements, 4), 'tQ');
}

/** The opcodes of a tensor over such a storage. */
export function tensor(key: string, elements: number, offset: number, shape: number[], strides: number[]): Buffer {
  const numbers = (values: number[]) =>
    bytesOf('(', ...values.map((value) => bytesOf('J', littleEndian(value, 4))), 't');
  const args = [storage(key, elements), 'J', littleEndian(offset, 4), numbers(shape), numbers(strides), '\x89'];
  return bytesOf('ctorch._utils\n_rebuild_tensor_v2\n(', ...args, 'ccollections\nOrderedDict\n)RtR');
}

/** An archive as torch writes it, but for its padding: every record stored as it is. */
export function torchArchive(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Buffer {
  const records = [
    ['archive/data.pkl', pickle],
    ...Object.entries(storages).map(([key, data]) => [`archive/data/${key}`, data]),
  ];
  return zipOf(records as [string, Uint8Array][]);
}

/** A zip archive of stored records. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export function zipOf(records: readonly (readonly [name: string, data: Uint8Array])[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, data] of records) {
    const sizes = [littleEndian(crc32(data), 4), littleEndian(data.length, 4), littleEndian(data.length, 4)];
    const common = bytesOf('\x14\0\0\x08\0\0\0\0\0\0', ...sizes, littleEndian(Buffer.byteLength(name), 2), '\0\0');
    const body = bytesOf('PK\x03\x04', common, Buffer.from(name), data);
    directory.push(bytesOf('PK\x01\x02\x14\0', common, '\0\0\0\0\0\0\0\0\0\0', littleEndian(at, 4), Buffer.from(name)));
    bodies.push(body);
    at += body.length;
  }
  const entries = Buffer.concat(directory);
  const counts = [littleEndian(records.length, 2), littleEndian(records.length, 2)];
  const end = bytesOf('PK\x05\x06\0\0\0\0', ...counts, littleEndian(entries.length, 4), littleEndian(at, 4), '\0\0');
  return Buffer.concat([...bodies, entries, end]);
}

/** The format before torch 1.6. */
export function torchLegacy(pickle: Uint8Array, storages: Readonly<Record<string, Float32Array>> = {}): Buffer {
  const magic = pickleOf('\x8a\x0a', Buffer.from('6cfc9c46f9206aa85019', 'hex'));
  const machine = pickleOf('}', text('little_endian'), '\x88s');
  const keys = pickleOf(']', ...Object.keys(storages).map((key) => bytesOf(text(key), 'a')));
  const data = Object.values(storages).map((values) =>
    bytesOf(littleEndian(values.length, 8), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  return Buffer.concat([magic, pickleOf('M\xe9\x03'), machine, pickle, keys, ...data]);
}
