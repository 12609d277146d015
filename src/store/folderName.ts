import { createHash } from 'node:crypto';
import { isFileName } from '../gpt2/files/fileNames';

/** No file system takes names of more than 255 bytes, and a slug is only a part of one. */
const LONGEST_SLUG = 80;

/** A folder name for a hub id, a branch or a commit: readable, and another for each of them. */
export function slug(id: string): string {
  const readable = id
    .replaceAll('/', '--')
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, LONGEST_SLUG);
  // Some file systems ignore case, and some names are not those of folders (devices of Windows, for one).
  const isPlain =
    readable.replaceAll('--', '/') === id &&
    readable === readable.toLowerCase() &&
    !readable.startsWith('.') &&
    isFileName(readable);
  return isPlain ? readable : `_${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
