import { characterWindow, contextStart } from '../core/completion/context';
import type { Token, Tokenizer } from '../core/tokenizer';

/** Places of the context kept free for a start token, a branch and the text after the cursor that is scored again. */
const RESERVED = 64;

/** What the model sees of the text before the cursor. */
export interface Window {
  /** Where it begins, in UTF-16 units of the text. */
  readonly start: number;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Whether it begins where the document begins, after a start token. */
  readonly fromTheStart: boolean;
}

/**
 * The end of `before` that fits the model, cut as ghost text cuts it: the start moves in steps, so that most keystrokes
 * leave it where it is.
 */
export function windowBefore(before: string, contextLength: number, tokenizer: Tokenizer): Window {
  const room = Math.max(1, contextLength - RESERVED);
  const from = characterWindow(before, room);
  const near = before.slice(from);
  const tokens = tokenizer.tokenize(near);
  const first = contextStart(near, tokens, room);
  const start = from + (tokens[first]?.utf16[0] ?? 0);
  const text = before.slice(start);
  // Cut inside a word, the rest may be spelled by other tokens than before.
  return { start, text, tokens: start === from ? tokens : tokenizer.tokenize(text), fromTheStart: start === 0 };
}

/** Counts the tokens of a text that is mostly the one counted before. */
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
