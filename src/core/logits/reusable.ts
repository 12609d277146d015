/**
 * Gives out one buffer again and again instead of making a new one for each token, which would cost more than what is
 * computed in it. The contents are those of the last use; whoever takes the buffer is done with it when it returns.
 */
export function reusable<Buffer extends { readonly length: number; subarray(start: number, end: number): Buffer }>(
  make: (length: number) => Buffer,
): (length: number) => Buffer {
  let kept = make(0);
  return (length) => {
    if (kept.length < length) kept = make(length);
    return kept.length === length ? kept : kept.subarray(0, length);
  };
}
