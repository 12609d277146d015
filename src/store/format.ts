import { createHash } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import { fixed } from '../core/text/locale';
import { isFileName } from '../gpt2/files/fileNames';

/** `548 MB`: decimal units, as disks and downloads are sold. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${fixed(value, value >= 10 || unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** `2 min 5 s`, `40 s`, `1 h 3 min`: the two largest units. */
export function formatSeconds(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 60) {
    return l10n.t('{0} s', s);
  }
  return s < 3600
    ? l10n.t('{0} min {1} s', Math.floor(s / 60), s % 60)
    : l10n.t('{0} h {1} min', Math.floor(s / 3600), Math.floor((s % 3600) / 60));
}

/** No file system takes names of more than 255 bytes, and a slug is only a part of one. */
const LONGEST_SLUG = 80;

/** A folder name for a hub id, a branch or a commit: readable, and another for each of them. */
export function slug(id: string): string {
  const readable = id
    .replaceAll('/', '--')
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, LONGEST_SLUG);
  // Some file systems know no case, and some names mean something else than a folder.
  const isPlain =
    readable.replaceAll('--', '/') === id &&
    readable === readable.toLowerCase() &&
    !readable.startsWith('.') &&
    isFileName(readable);
  return isPlain ? readable : `_${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
