import { OPTIONS, type OptionName } from './options';

/**
 * Options that cannot be followed; the message names them. A caller that spells options in another way, as a command
 * line does, gets the message in that spelling from `spelled`.
 */
export class OptionError extends Error {
  override name = 'OptionError';

  readonly #parts: readonly string[];
  readonly #values: readonly unknown[];

  constructor(parts: readonly string[], values: readonly unknown[]) {
    super(join(parts, values, (option) => option));
    this.#parts = parts;
    this.#values = values;
  }

  /** The message with every name of an option spelled in another way. */
  spelled(spell: (option: OptionName) => string): string {
    return join(this.#parts, this.#values, spell);
  }
}

/** Throws an `OptionError`: ``refuse`${'topK'} must be …` `` with the names of options as values. */
export function refuse(parts: readonly string[], ...values: readonly unknown[]): never {
  throw new OptionError(parts, values);
}

/** A value for a message. */
export function shown(value: unknown): { readonly toString: () => string } {
  const text = JSON.stringify(value, (_key, each) =>
    typeof each === 'number' && !Number.isFinite(each) ? String(each) : each,
  );
  return { toString: () => (typeof value === 'number' ? String(value) : (text ?? String(value))) };
}

function join(parts: readonly string[], values: readonly unknown[], spell: (option: OptionName) => string): string {
  const spelled = values.map((value) =>
    typeof value === 'string' && Object.hasOwn(OPTIONS, value) ? spell(value as OptionName) : String(value),
  );
  return parts.map((part, i) => part + (spelled[i] ?? '')).join('');
}
