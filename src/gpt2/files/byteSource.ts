import { constants, lstat, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UnsupportedModelError } from '../errors';

/** Bytes that can be read at any place: a file, a buffer, a part of another source. */
export interface ByteSource {
  /** What messages call it. */
  readonly name: string;
  readonly size: number;
  /** @throws UnsupportedModelError when fewer than `length` bytes are there */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface OpenFile extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file to read parts of it.
 * @throws UnsupportedModelError when it is not there, may not be read, or is no file (a pipe would wait for ever)
 */
export async function openFile(path: string): Promise<OpenFile> {
  const name = basename(path);
  const kind = await stat(path).catch(async (error) => {
    throw new UnsupportedModelError(`${path} cannot be read: ${await whyUnreadable(path, error)}.`, { cause: error });
  });
  if (!kind.isFile()) {
    throw new UnsupportedModelError(`${path} is not a file.`);
  }
  // Were the file exchanged for a pipe meanwhile, opening it must not wait for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(async (error) => {
    throw new UnsupportedModelError(`${path} cannot be read: ${await whyUnreadable(path, error)}.`, { cause: error });
  });
  const { size } = await handle.stat();
  return {
    name,
    size,
    close: () => handle.close(),
    async read(offset, length) {
      if (offset + length > size) {
        throw new UnsupportedModelError(`${name} is cut short: it ends at byte ${size}.`);
      }
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) {
          throw new UnsupportedModelError(`${name} is cut short at byte ${offset + filled}.`);
        }
        filled += bytesRead;
      }
      return buffer;
    },
  };
}

/** The bytes that are there end before what they hold does. */
export class CutShortError extends UnsupportedModelError {}

/** How much of a file is read first in search of where its table of contents ends. */
const FIRST_LOOK = 2 ** 20;

/**
 * Parses what a file begins with, whose length is not known: reads more while the parser finds it cut short.
 * @param most bytes that such a beginning may have
 * @throws CutShortError when the file, or `most` bytes of it, end first
 */
export async function parseStart<T>(source: ByteSource, most: number, parse: (bytes: Uint8Array) => T): Promise<T> {
  for (let length = FIRST_LOOK; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.size, most));
    try {
      return parse(bytes);
    } catch (error) {
      if (length >= source.size || length >= most || !(error instanceof CutShortError)) {
        throw error;
      }
    }
  }
}

/** The bytes of a buffer. */
export function bufferSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) {
        throw new UnsupportedModelError(`${name} is cut short: it ends at byte ${bytes.length}.`);
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not; change its permissions, or copy the model to a folder of yours',
  EPERM: 'you may not; change its permissions, or copy the model to a folder of yours',
  ENOTDIR: 'a part of its path is no folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
};

/** Why a path leads nowhere, and what to do, to be put into a sentence. */
export async function whyUnreadable(path: string, { code = '', message }: NodeJS.ErrnoException): Promise<string> {
  const link = code === 'ENOENT' ? await lstat(path).catch(() => undefined) : undefined;
  return link?.isSymbolicLink()
    ? 'it is a link to a file that is gone; download the model again'
    : (REASONS[code] ?? message);
}

/** A name from a file, fit for a sentence: short, and quoted where it holds more than letters, digits and `._-`. */
export function quoted(name: string): string {
  const short = name.length > MOST_QUOTED ? `${name.slice(0, MOST_QUOTED)}…` : name;
  return /^[\w.-]+$/.test(short) ? short : JSON.stringify(short);
}

const MOST_QUOTED = 120;
