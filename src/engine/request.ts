import {
  display,
  END_OF_TEXT,
  encode,
  StreamDecoder,
  type Token,
  tokenBytes,
  tokenize,
  tokenText,
} from '../core/tokenizer';
import type { LogitsRequest } from './api';
import { EngineError } from './runtime';

/**
 * The ids a request asks about: the start token, the text's, the appended ones.
 * @throws EngineError when there is nothing to read
 */
export function idsOf({ text, bos, appended = [] }: LogitsRequest): readonly number[] {
  const ids = [...(bos ? [END_OF_TEXT] : []), ...encode(text), ...appended];
  if (ids.length === 0) throw new EngineError('The text is empty: GPT-2 needs at least one token to go on from.');
  return ids;
}

/** The tokens of a request without the start token. Appended ones stand after the text. */
export function tokensOf({ text, appended = [] }: LogitsRequest): Token[] {
  const tokens = tokenize(text);
  const decoder = new StreamDecoder();
  let [byte, unit] = [tokens.at(-1)?.bytes[1] ?? 0, text.length];
  for (const id of appended) {
    // What an appended token completes counts as its own: parts of a character before its last have no width.
    const [from, start] = [byte, unit];
    byte += tokenBytes(id).length;
    unit += decoder.push(id).length;
    tokens.push({ id, text: tokenText(id), display: display(id), bytes: [from, byte], utf16: [start, unit] });
  }
  return tokens;
}
