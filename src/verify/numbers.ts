import { UnsupportedModelError } from '../gpt2/errors';
import type { Case, LogprobsCase, Oracles } from './cases';

/** A user's numbers, as produced by the script in `docs/verify.md`. */
interface OwnNumbers {
  readonly text?: string;
  readonly ids: readonly number[];
  /** Natural log-probability of each id but the first, given those before it. */
  readonly logprobs: readonly number[];
}

/**
 * Parses a user's file of numbers.
 * @param name name of the file for messages
 * @throws UnsupportedModelError naming the invalid entry
 */
export function parseNumbers(name: string, json: unknown): Oracles {
  if (!Array.isArray(json) || json.length === 0) {
    throw new UnsupportedModelError(`${name} holds no list of numbers; docs/verify.md has five lines that make one.`);
  }
  const cases = json.map((entry, i): Case => {
    const wrong = wrongWith(entry);
    if (wrong !== undefined) {
      throw new UnsupportedModelError(`${name}: entry ${i + 1} ${wrong}.`);
    }
    const { text, ids, logprobs } = entry as OwnNumbers;
    const common = { group: 'your numbers', name: `entry ${i + 1}`, source: name };
    return {
      ...common,
      kind: 'logprobs',
      ids,
      expected: logprobs,
      ...(text !== undefined && { text }),
    } satisfies LogprobsCase;
  });
  return { model: name, cases };
}

function wrongWith(entry: unknown): string | undefined {
  const { text, ids, logprobs } = (entry ?? {}) as Record<string, unknown>;
  if (!Array.isArray(ids) || ids.length < 2 || !ids.every((id) => Number.isSafeInteger(id) && id >= 0)) {
    return 'has no "ids", a list of at least two token ids';
  }
  if (!Array.isArray(logprobs) || logprobs.length !== ids.length - 1 || !logprobs.every(isLogprob)) {
    return 'has no "logprobs", one for each id but the first, none above 0';
  }
  return text === undefined || typeof text === 'string' ? undefined : 'has a "text" that is no text';
}

function isLogprob(value: unknown): boolean {
  return typeof value === 'number' && value <= 0;
}
