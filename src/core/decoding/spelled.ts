import * as v from 'valibot';
import { type OptionName, ROWS, rowOf } from './options';

/** An option's name in kebab-case, such as `top-k`; `undefined` for options that only code can set. */
export function spelledName(name: OptionName): string | undefined {
  const { flag } = rowOf(name);
  return flag === false ? undefined : (flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}

/** An option as Hugging Face spells it, such as `top_k`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The option that is spelled so in kebab-case, if there is one. */
export function optionSpelled(spelled: string): OptionName | undefined {
  return ROWS.find(([name]) => spelledName(name) === spelled)?.[0];
}

/**
 * Parses an option's value from text; values that stand for tokens remain text.
 * @throws RangeError that says what the value must be
 */
export function readOption(name: OptionName, text: string): unknown {
  const { is, schema, spelling } = rowOf(name);
  if (spelling === 'text' || spelling === 'texts') return text;
  const value = READERS[spelling](text);
  if (!v.is(schema, value)) throw new RangeError(`must be ${is}`);
  return value;
}

const READERS = {
  number: toNumber,
  numbers: (text: string) => (text.trim() === '' ? [] : text.split(',').map(toNumber)),
  word: toWord,
  yes: toWord,
  json: (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw new RangeError('must be JSON');
    }
  },
};

function toWord(text: string): string | boolean {
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
