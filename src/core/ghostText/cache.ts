import type { Completion } from '../completion/types';
import { RadixTrie } from './radixTrie';
import { remainder } from './remainder';

interface Entry {
  readonly key: string;
  readonly suffix: string;
  readonly completion: Completion;
}

/** Keys keep this many characters before the cursor, and up to as many again: see `keyOf`. */
const KEY_LENGTH = 2048;

/**
 * Remembers completions by the text before the cursor, in a radix trie: typing what was suggested, going back to
 * where something was suggested, and jumping back there are all answered without the model. The least recently used
 * are forgotten.
 */
export class CompletionCache {
  private readonly trie = new RadixTrie<Entry>();
  /** Entries by key, least recently used first. */
  private readonly recent = new Map<string, Entry>();

  constructor(private readonly capacity = 256) {}

  get size(): number {
    return this.recent.size;
  }

  /** Remembers what was found for `prefix` before `suffix`. An answer that is empty is an answer too. */
  set(prefix: string, suffix: string, completion: Completion): void {
    const key = keyOf(prefix);
    const entry = { key, suffix: suffix.slice(0, KEY_LENGTH), completion };
    this.trie.set(key, entry);
    this.touch(entry);
    if (this.recent.size > this.capacity) {
      const [oldest] = this.recent.keys();
      this.recent.delete(oldest);
      this.trie.delete(oldest);
    }
  }

  /**
   * The completion at `prefix`, if it follows from one that is known: found for exactly this text, or for a beginning
   * of it whose suggestion goes on as was typed since. What was found for the longer text wins.
   */
  get(prefix: string, suffix: string): Completion | undefined {
    const key = keyOf(prefix);
    for (const { length, value: entry } of this.trie.along(key).reverse()) {
      if (entry.suffix !== suffix.slice(0, KEY_LENGTH)) continue;
      const completion = afterTyping(entry.completion, key.slice(length));
      if (completion !== undefined) {
        this.touch(entry);
        return completion;
      }
    }
    return undefined;
  }

  clear(): void {
    for (const key of this.recent.keys()) this.trie.delete(key);
    this.recent.clear();
  }

  private touch(entry: Entry): void {
    this.recent.delete(entry.key);
    this.recent.set(entry.key, entry);
  }
}

/**
 * The end of the text, from a multiple of `KEY_LENGTH` on: what lies further back hardly moves the model, and a start
 * that stays put while typing keeps the beginnings shared.
 */
function keyOf(prefix: string): string {
  const start = Math.max(0, Math.floor(prefix.length / KEY_LENGTH) - 1) * KEY_LENGTH;
  return prefix.slice(start);
}

function afterTyping(completion: Completion, typed: string): Completion | undefined {
  if (typed === '') return completion;
  const suggestions = completion.suggestions.flatMap((suggestion) => remainder(suggestion, typed) ?? []);
  return suggestions.length > 0 ? { ...completion, suggestions } : undefined;
}
