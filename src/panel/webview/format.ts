/** A probability for people: three digits where they mean something, never a bare 0 % for something possible. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value === 0) return '0 %';
  if (value < 0.01) return '<0.01 %';
  // What is left of 1 after float32 rounding counts as all of it.
  if (value > 99.9999) return '100 %';
  if (value >= 99.995) return '>99.99 %';
  return `${value.toFixed(value < 10 ? 2 : 1)} %`;
}

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
