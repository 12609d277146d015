export { percent } from '../../core/logits/percent';

/** A number with `digits` decimals and a true minus sign. */
export function decimal(value: number, digits = 2): string {
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  return value.toFixed(digits).replace('-', '−');
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** Bytes as they are usually written: `F0 9F 99 82`. */
export function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
