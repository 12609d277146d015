import * as l10n from '@vscode/l10n';
import { TokenizerError } from '../tokenizer';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws TokenizerError when the text is not a JSON object */
export function parseObject(file: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TokenizerError(l10n.t('{0} is not JSON; it may be cut short.', file));
  }
  return objectOf(file, value);
}

/**
 * @param what the field, as the file calls it
 * @throws TokenizerError that names what is not an object
 */
export function objectOf(what: string, value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenizerError(l10n.t('The tokenizer is damaged: {0} is not an object.', what));
  }
  return value as JsonObject;
}

/** @throws TokenizerError that names what is not a list */
export function listOf(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TokenizerError(l10n.t('The tokenizer is damaged: {0} is not a list.', what));
  return value;
}

/** @throws TokenizerError that names what is not a text */
export function textOf(what: string, value: unknown): string {
  if (typeof value !== 'string') throw new TokenizerError(l10n.t('The tokenizer is damaged: {0} is not a text.', what));
  return value;
}

/** @throws TokenizerError that names what is neither true nor false */
export function flagOf(what: string, value: unknown, otherwise?: boolean): boolean {
  const found = value ?? otherwise;
  if (typeof found !== 'boolean') {
    throw new TokenizerError(l10n.t('The tokenizer is damaged: {0} is neither true nor false.', what));
  }
  return found;
}

/** Ids are rows of the model: no GPT-2 has a million. */
const MOST_TOKENS = 1_000_000;

/** @throws TokenizerError that names the token whose id is none */
export function idOf(token: string, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= MOST_TOKENS) {
    const told = JSON.stringify(value) ?? l10n.t('missing');
    throw new TokenizerError(
      l10n.t('The token {0} has the id {1}, which is no id of a token.', JSON.stringify(token), told),
    );
  }
  return value as number;
}
