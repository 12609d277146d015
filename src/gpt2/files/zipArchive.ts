import * as zlib from 'node:zlib';
import * as l10n from '@vscode/l10n';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { UnsupportedModelError } from '../errors';
import { type ByteSource, quoted } from './byteSource';

/** An uncompressed record of an archive; any part of it can be read directly. */
export interface ZipRecord {
  readonly name: string;
  readonly size: number;
  /**
   * Reads a part. The first call reads the whole record to verify its checksum.
   * @throws UnsupportedModelError when the record is damaged
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Limit of records; GPT-2 XL's checkpoint has some 600, with its optimizer 2,400. */
const MOST_RECORDS = 20_000;
/** Bytes in memory at a time while the checksum is computed. */
const CHUNK = 4 * 2 ** 20;

/**
 * The records of a zip archive in the order of its directory.
 * @throws UnsupportedModelError when the archive is truncated, damaged, encrypted or compressed
 */
export async function readZip(source: ByteSource): Promise<ZipRecord[]> {
  try {
    const options = { autoClose: false, validateEntrySizes: false };
    const zip = await fromRandomAccessReaderPromise(new SourceReader(source), source.size, options);
    if (zip.entryCount > MOST_RECORDS) {
      throw new Error(`its central directory tells of ${zip.entryCount} records`);
    }
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entry.compressedSize > source.size) {
        throw new Error(`the size of its record ${quoted(entry.fileName)} reaches beyond the file`);
      }
      entries.push(entry);
    }
    // Archives written without checksums have zeros instead.
    const hasChecksums = entries.some((entry) => entry.crc32 !== 0);
    return entries.map((entry) => recordOf(source, zip, entry, hasChecksums));
  } catch (error) {
    throw damaged(source, error as Error);
  }
}

function damaged(source: ByteSource, cause: Error): UnsupportedModelError {
  if (cause instanceof UnsupportedModelError) {
    return cause;
  }
  const isCut = /signature not found/.test(cause.message);
  return new UnsupportedModelError(
    isCut
      ? l10n.t("{0} is cut short (truncated): the archive's end is missing. Download or copy it again.", source.name)
      : l10n.t('{0} is a damaged archive: {1}.', source.name, cause.message.replace(/\.$/, '')),
    { cause },
  );
}

function recordOf(source: ByteSource, zip: ZipFile, entry: Entry, hasChecksums: boolean): ZipRecord {
  const { fileName: name, uncompressedSize: size } = entry;
  let start: Promise<number> | undefined;
  const locate = async () => {
    if (entry.isEncrypted() || entry.compressionMethod !== 0 || entry.compressedSize !== size) {
      const how = entry.isEncrypted() ? 'protected by encryption' : 'compressed';
      throw new UnsupportedModelError(
        l10n.t(
          '{0}: record {1} is {2}; torch writes plain ones. Save the model again with torch.save.',
          source.name,
          quoted(name),
          how,
        ),
      );
    }
    const header = await zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch((error: Error) => {
      throw damaged(source, error);
    });
    if (hasChecksums) {
      await verify(source, name, header.fileDataStart, size, entry.crc32);
    }
    return header.fileDataStart;
  };
  return {
    name,
    size,
    async read(offset, length) {
      if (offset + length > size) {
        throw new UnsupportedModelError(
          l10n.t('{0}: record {1} is shorter than what is in it.', source.name, quoted(name)),
        );
      }
      start ??= locate();
      return source.read((await start) + offset, length);
    },
  };
}

async function verify(source: ByteSource, name: string, start: number, size: number, expected: number): Promise<void> {
  let found = 0;
  let isZero = true;
  for (let at = 0; at < size; at += CHUNK) {
    const bytes = await source.read(start + at, Math.min(CHUNK, size - at));
    found = crc32(bytes, found);
    isZero &&= bytes.every((byte) => byte === 0);
  }
  if (found !== expected) {
    throw new UnsupportedModelError(
      isZero
        ? l10n.t(
            '{0} was saved without its weights: its record {1} is all zeros. Save the model again.',
            source.name,
            quoted(name),
          )
        : l10n.t(
            '{0} is damaged: the checksum of its record {1} is wrong. Download or copy it again.',
            source.name,
            quoted(name),
          ),
    );
  }
}

/** Adapts a source to the interface of the zip library. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    if (position + length > this.#source.size) {
      callback(new Error('its central directory or zip64 locator points beyond the file'));
      return;
    }
    this.#source.read(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }
}

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
