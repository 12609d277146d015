import { createHash } from 'node:crypto';

/** Names of Windows devices, which also apply with an extension or trailing spaces. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
const LONGEST = 255;

/**
 * Whether a name from an untrusted source is a single file name on every system: no path, drive, stream or device, and
 * nothing that Windows strips.
 */
export function isFileName(name: string): boolean {
  const isPlain = /^[^\p{Cc}<>:"/\\|?*]+$/u.test(name) && !/[. ]$/.test(name);
  return isPlain && !DEVICES.test(name) && Buffer.byteLength(name) <= LONGEST;
}

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
