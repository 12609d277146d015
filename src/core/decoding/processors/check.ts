/** @throws a RangeError that names the parameter, unless the condition holds */
export function check(name: string, value: number, holds: boolean, is: string): void {
  if (!holds) throw new RangeError(`${name} must be ${is}, but is ${value}.`);
}
