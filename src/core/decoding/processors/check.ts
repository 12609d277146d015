import type { TruncationOptions } from './types';

/** @throws a RangeError that names the parameter, unless the condition holds */
export function check(name: string, value: number, holds: boolean, is: string): void {
  if (!holds) throw new RangeError(`${name} must be ${is}, but is ${value}.`);
}

/** The options of a truncation with their defaults. */
export function truncation({ filterValue = -Infinity, minTokensToKeep = 1 }: TruncationOptions = {}) {
  const whole = Number.isInteger(minTokensToKeep) && minTokensToKeep >= 1;
  check('minTokensToKeep', minTokensToKeep, whole, 'an integer of at least 1');
  return { filterValue, minTokensToKeep };
}
