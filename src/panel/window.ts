import { characterWindow, contextStart } from '../core/completion/context';
import type { Token, Tokenizer } from '../core/tokenizer';

/** Tokens of the context reserved for a start token, a branch, and the text after the cursor that is scored again. */
const RESERVED = 64;

/** The part of the text before the cursor that the model sees. */
export interface Window {
  /** Where it begins, in UTF-16 units of the text. */
  readonly start: number;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Whether it begins with the document, after a start token. */
  readonly fromTheStart: boolean;
}

/**
 * The end of `before` that fits the context, cut as for ghost text: the start moves in steps, so most keystrokes leave
 * it in place and the key-value cache valid.
 */
export function windowBefore(before: string, contextLength: number, tokenizer: Tokenizer): Window {
  const room = Math.max(1, contextLength - RESERVED);
  const from = characterWindow(before, room);
  const near = before.slice(from);
  const tokens = tokenizer.tokenize(near);
  const first = contextStart(near, tokens, room);
  const start = from + (tokens[first]?.utf16[0] ?? 0);
  const text = before.slice(start);
  // After a cut inside a word the rest may tokenize differently.
  return { start, text, tokens: start === from ? tokens : tokenizer.tokenize(text), fromTheStart: start === 0 };
}

/** Counts tokens incrementally: most texts extend the previous one. */
export class TokenCounter {
  #text = '';
  #tokenizer: Tokenizer | undefined;
  #count = 0;

  count(text: string, tokenizer: Tokenizer): number {
    if (text !== this.#text || tokenizer !== this.#tokenizer) {
      this.#text = text;
      this.#tokenizer = tokenizer;
      this.#count = tokenizer.encode(text).length;
    }
    return this.#count;
  }
}
