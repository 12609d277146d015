import * as l10n from '@vscode/l10n';
import { fixed } from '../core/text/locale';

/** A size in decimal units, as disks and downloads are measured: `548 MB`. */
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

/** A duration in its two largest units: `2 min 5 s`, `40 s`, `1 h 3 min`. */
export function formatSeconds(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 60) {
    return l10n.t('{0} s', s);
  }
  return s < 3600
    ? l10n.t('{0} min {1} s', Math.floor(s / 60), s % 60)
    : l10n.t('{0} h {1} min', Math.floor(s / 3600), Math.floor((s % 3600) / 60));
}
