import { constants, lstat, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
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
  const kind = await stat(path).catch((error) => refuseUnreadable(path, error));
  if (!kind.isFile()) {
    throw new UnsupportedModelError(l10n.t('{0} is not a file.', path));
  }
  // Were the file exchanged for a pipe meanwhile, opening it must not wait for a writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = await open(path, flags).catch((error) => refuseUnreadable(path, error));
  const { size } = await handle.stat();
  return {
    name,
    size,
    close: () => handle.close(),
    async read(offset, length) {
      if (offset + length > size) {
        throw new UnsupportedModelError(l10n.t('{0} is cut short: it ends at byte {1}.', name, size));
      }
      const buffer = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) {
          throw new UnsupportedModelError(l10n.t('{0} is cut short at byte {1}.', name, offset + filled));
        }
        filled += bytesRead;
      }
      return buffer;
    },
  };
}

/** The bytes end before the structure that they hold does. */
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
        throw new UnsupportedModelError(l10n.t('{0} is cut short: it ends at byte {1}.', name, bytes.length));
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Undefined where the system's own words have to do. */
function reasonOf(code: string): string | undefined {
  switch (code) {
    case 'ENOENT':
      return l10n.t('there is no such file or folder');
    case 'EACCES':
    case 'EPERM':
      return l10n.t('you may not; change its permissions, or copy the model to a folder of yours');
    case 'ENOTDIR':
      return l10n.t('a part of its path is no folder');
    case 'ENAMETOOLONG':
      return l10n.t('its name is too long');
    case 'ELOOP':
      return l10n.t('its links lead in a circle');
    default:
      return undefined;
  }
}

/** @throws UnsupportedModelError that says why a file or folder cannot be read */
export async function refuseUnreadable(path: string, cause: NodeJS.ErrnoException): Promise<never> {
  throw new UnsupportedModelError(l10n.t('{0} cannot be read: {1}.', path, await whyUnreadable(path, cause)), {
    cause,
  });
}

/** Why a path leads nowhere, and what to do, to be put into a sentence. */
async function whyUnreadable(path: string, { code = '', message }: NodeJS.ErrnoException): Promise<string> {
  const link = code === 'ENOENT' ? await lstat(path).catch(() => undefined) : undefined;
  return link?.isSymbolicLink()
    ? l10n.t('it is a link to a file that is gone; download the model again')
    : (reasonOf(code) ?? message);
}

/** A name from a file, fit for a sentence: short, and quoted where it holds more than letters, digits and `._-`. */
export function quoted(name: string): string {
  const short = name.length > MOST_QUOTED ? `${name.slice(0, MOST_QUOTED)}…` : name;
  return /^[\w.-]+$/.test(short) ? short : JSON.stringify(short);
}

const MOST_QUOTED = 120;
