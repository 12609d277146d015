/** What is left of 1 after float32 rounding counts as all of it. */
const WHOLE = 1 - 1e-6;

/**
 * A probability for people, the same on page, terminal and editor: three digits where they mean something, never a bare
 * 0 % or 100 % for what is only almost that. What is greater is never shown as less.
 */
export function percent(probability: number): string {
  if (probability === 0) return '0 %';
  if (probability > WHOLE) return '100 %';
  const value = probability * 100;
  if (value < 0.01) return '<0.01 %';
  if (value >= 99.995) return '>99.99 %';
  return `${value.toFixed(value < 9.995 || value >= 99.9 ? 2 : 1)} %`;
}
