import { TokenizerError } from '../tokenizer';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws TokenizerError when the text is not a JSON object */
export function parseObject(file: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TokenizerError(`${file} is not JSON; it may be cut short.`);
  }
  return objectOf(file, value);
}

/** @throws TokenizerError that names what is not an object */
export function objectOf(what: string, value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenizerError(`${what} is not an object.`);
  }
  return value as JsonObject;
}

/** @throws TokenizerError that names what is not a list */
export function listOf(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TokenizerError(`${what} is not a list.`);
  return value;
}

/** @throws TokenizerError that names what is not a text */
export function textOf(what: string, value: unknown): string {
  if (typeof value !== 'string') throw new TokenizerError(`${what} is not a text.`);
  return value;
}

/** @throws TokenizerError that names what is neither true nor false */
export function flagOf(what: string, value: unknown, otherwise?: boolean): boolean {
  const found = value ?? otherwise;
  if (typeof found !== 'boolean') throw new TokenizerError(`${what} is neither true nor false.`);
  return found;
}

/** Ids are rows of the model: no GPT-2 has a million. */
const MOST_TOKENS = 1_000_000;

/** @throws TokenizerError that names the token whose id is none */
export function idOf(token: string, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= MOST_TOKENS) {
    const told = JSON.stringify(value) ?? 'missing';
    throw new TokenizerError(`The token ${JSON.stringify(token)} has the id ${told}, which is no id of a token.`);
  }
  return value as number;
}
