import type { Completion } from '../completion/types';
import { remainder } from './remainder';

interface Entry {
  readonly suffix: string;
  readonly completion: Completion;
}

/**
 * A key is the end of the text before the cursor: at least this many characters and less than twice as many, see
 * `keyOf`.
 */
const KEY_LENGTH = 2048;

/**
 * Remembers completions by the text before the cursor: typing what was suggested, going back to where something was
 * suggested, and jumping back there are all answered without the model. The least recently used are forgotten.
 */
export class CompletionCache {
  /** By key, least recently used first. */
  readonly #entries = new Map<string, Entry>();

  readonly #capacity: number;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  /** Remembers what was found for `prefix` before `suffix`. An answer that is empty is an answer too. */
  set(prefix: string, suffix: string, completion: Completion): void {
    const key = keyOf(prefix);
    this.#entries.delete(key);
    this.#entries.set(key, { suffix: suffix.slice(0, KEY_LENGTH), completion });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity) this.#entries.delete(oldest);
  }

  /**
   * The completion at `prefix`, if it follows from one that is known: found for exactly this text, or for a beginning
   * of it whose suggestion goes on as was typed since. What was found for the longer text wins.
   */
  get(prefix: string, suffix: string): Completion | undefined {
    const key = keyOf(prefix);
    const beginnings = [...this.#entries.keys()].filter((known) => key.startsWith(known));
    for (const beginning of beginnings.sort((a, b) => b.length - a.length)) {
      const entry = this.#entries.get(beginning);
      if (entry?.suffix !== suffix.slice(0, KEY_LENGTH)) continue;
      const completion = afterTyping(entry.completion, key.slice(beginning.length));
      if (completion === undefined) continue;
      this.#entries.delete(beginning);
      this.#entries.set(beginning, entry);
      return completion;
    }
    return undefined;
  }

  clear(): void {
    this.#entries.clear();
  }
}

/**
 * The end of the text from a multiple of `KEY_LENGTH` on: text further back hardly affects the model, and a start that
 * is stable while typing lets keys share prefixes.
 */
function keyOf(prefix: string): string {
  const start = Math.max(0, Math.floor(prefix.length / KEY_LENGTH) - 1) * KEY_LENGTH;
  return prefix.slice(start);
}

/** What is left of a completion after some of it was typed. */
export function afterTyping(completion: Completion, typed: string): Completion | undefined {
  if (typed === '') return completion;
  const suggestions = completion.suggestions.flatMap((suggestion) => remainder(suggestion, typed) ?? []);
  return suggestions.length > 0 ? { ...completion, suggestions } : undefined;
}
