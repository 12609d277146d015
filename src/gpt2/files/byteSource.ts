import { constants, lstat, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as l10n from '@vscode/l10n';
import { UnsupportedModelError } from '../errors';

/** Random access to bytes: of a file, a buffer, or part of another source. */
export interface ByteSource {
  /** Name for messages. */
  readonly name: string;
  readonly size: number;
  /** @throws UnsupportedModelError when there are fewer than `length` bytes */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface OpenFile extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for random access.
 * @throws UnsupportedModelError when it does not exist, is unreadable, or is not a regular file (a pipe would block)
 */
export async function openFile(path: string): Promise<OpenFile> {
  const name = basename(path);
  const kind = await stat(path).catch((error) => refuseUnreadable(path, error));
  if (!kind.isFile()) {
    throw new UnsupportedModelError(l10n.t('{0} is not a file.', path));
  }
  // If the file was replaced by a pipe meanwhile, opening must not wait for a writer.
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

/** The bytes end within a structure. */
export class CutShortError extends UnsupportedModelError {}

/** Bytes read first when parsing the start of a file. */
const FIRST_LOOK = 2 ** 20;

/**
 * Parses a structure of unknown length at the start of a file: reads more while the parser throws CutShortError.
 * @param most maximum length of the structure in bytes
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

/** A source of the bytes in a buffer. */
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

/** Undefined where the system's message is used. */
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

/** Why a path cannot be read and what to do, as part of a sentence. */
export async function whyUnreadable(path: string, { code = '', message }: NodeJS.ErrnoException): Promise<string> {
  const link = code === 'ENOENT' ? await lstat(path).catch(() => undefined) : undefined;
  return link?.isSymbolicLink()
    ? l10n.t('it is a link to a file that is gone; download the model again')
    : (reasonOf(code) ?? message);
}

/**
 * A name from a file made safe for messages: shortened, and quoted if it contains more than letters, digits and `._-`.
 */
export function quoted(name: string): string {
  const short = name.length > MOST_QUOTED ? `${name.slice(0, MOST_QUOTED)}…` : name;
  return /^[\w.-]+$/.test(short) ? short : JSON.stringify(short);
}

const MOST_QUOTED = 120;
