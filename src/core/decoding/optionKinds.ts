import * as v from 'valibot';
import type { SequenceBias } from './processors/bias';

/** How a value is written where only text can be given, as on a command line. */
type Spelling = 'number' | 'numbers' | 'yes' | 'word' | 'json' | 'text' | 'texts';

/** What an option may be on its own. */
export interface Kind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** The same in words, to follow `must be`. */
  readonly is: string;
  readonly spelling: Spelling;
  /** The tokens that a value names. */
  readonly tokens?: (value: T) => readonly number[];
}

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
// Lists may name most of a vocabulary: one function for all their ids is several times as fast as a schema for each.
const areIds = (value: unknown) =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
const ids = v.custom<readonly number[]>(areIds);
const someIds = v.custom<readonly number[]>((value) => areIds(value) && (value as unknown[]).length > 0);
const finite = v.pipe(v.number(), v.finite());

/** A whole number from `least` on. */
export function integer(least: number): Kind<number> {
  const schema = v.pipe(v.number(), v.safeInteger(), v.minValue(least));
  const is = least === Number.MIN_SAFE_INTEGER ? 'a safe integer' : `an integer of at least ${least}`;
  return { schema, is, spelling: 'number' };
}

/** A finite number that fulfils a condition; any by default. */
export function number(is = 'a finite number', holds: (value: number) => boolean = () => true): Kind<number> {
  return { schema: v.pipe(finite, v.check(holds)), is, spelling: 'number' };
}

export const positive = number('a number greater than 0', (value) => value > 0);
export const notNegative = number('a number of at least 0', (value) => value >= 0);
export const share = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const shareAboveZero = number('a number above 0, up to 1', (value) => value > 0 && value <= 1);
export const shareBelowOne = number('a number from 0 to below 1', (value) => value >= 0 && value < 1);

export const yesOrNo: Kind<boolean> = { schema: v.boolean(), is: 'one of true, false', spelling: 'yes' };

export function oneOf<T extends string | boolean>(...values: readonly T[]): Kind<T> {
  const schema = v.custom<T>((value) => values.includes(value as T));
  return { schema, is: `one of ${values.join(', ')}`, spelling: 'word' };
}

export const tokenId: Kind<number> = { schema: id, is: 'a token id', spelling: 'number', tokens: (value) => [value] };

export const tokenIds: Kind<readonly number[]> = {
  schema: ids,
  is: 'a list of token ids',
  spelling: 'numbers',
  tokens: (value) => value,
};

/** Token ids that people give as the text they spell. */
export const textIds: Kind<readonly number[]> = { ...tokenIds, spelling: 'text' };

export const someTextIds: Kind<readonly number[]> = {
  ...textIds,
  schema: someIds,
  is: 'a list of token ids, not empty',
};

export const tokenIdOrIds: Kind<number | readonly number[]> = {
  schema: v.union([id, ids]),
  is: 'a token id or a list of them',
  spelling: 'numbers',
  tokens: asList,
};

export const someTokenIds: Kind<number | readonly number[]> = {
  ...tokenIdOrIds,
  schema: v.union([id, someIds]),
  is: 'a token id or a list of them, not empty',
};

export const sequences: Kind<readonly (readonly number[])[]> = {
  schema: v.pipe(v.array(someIds), v.minLength(1), v.readonly()),
  is: 'a list of lists of token ids, none empty',
  spelling: 'texts',
  tokens: (value) => value.flat(),
};

export const biases: Kind<readonly SequenceBias[]> = {
  schema: v.pipe(
    v.array(v.pipe(v.strictTuple([someIds, v.union([finite, v.literal(-Infinity)])]), v.readonly())),
    v.minLength(1),
    v.readonly(),
  ),
  is: 'a list of [token ids, bias] pairs, not empty',
  spelling: 'json',
  tokens: (value) => value.flatMap(([sequence]) => sequence),
};

export const texts: Kind<string | readonly string[]> = {
  schema: v.union([
    v.pipe(v.string(), v.minLength(1)),
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.readonly()),
  ]),
  is: 'a text or a list of texts, none empty',
  spelling: 'texts',
};

export const decay: Kind<readonly [start: number, factor: number]> = {
  schema: v.pipe(v.strictTuple([id, v.pipe(finite, v.gtValue(0))]), v.readonly()),
  is: 'a pair of a start, counted in new tokens, and a factor greater than 0',
  spelling: 'numbers',
};

/** A list of what may be given alone. */
export function asList<T extends string | number>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'object' ? value : [value];
}
