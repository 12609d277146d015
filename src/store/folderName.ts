import { createHash } from 'node:crypto';
import { isFileName } from '../gpt2/files/fileNames';

/** File systems limit names to 255 bytes, and a slug is only part of a name. */
const LONGEST_SLUG = 80;

/** A readable and unique folder name for a hub id, branch or commit. */
export function slug(id: string): string {
  const readable = id
    .replaceAll('/', '--')
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, LONGEST_SLUG);
  // Some file systems ignore case, and some names are reserved (devices of Windows).
  const isPlain =
    readable.replaceAll('--', '/') === id &&
    readable === readable.toLowerCase() &&
    !readable.startsWith('.') &&
    isFileName(readable);
  return isPlain ? readable : `_${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
