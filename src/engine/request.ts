import * as l10n from '@vscode/l10n';
import type { Token, Tokenizer } from '../core/tokenizer';
import type { LogitsRequest } from './api';
import { EngineError } from './runtime';

/**
 * The ids of a request: the start token if requested, the text's, the appended ones.
 * @throws EngineError when there is nothing to read
 */
export function idsOf(tokenizer: Tokenizer, { text, bos, appended = [] }: LogitsRequest): readonly number[] {
  // Ids given instead of a text are used without additions.
  const opening = text === '' && appended.length > 0 ? [] : tokenizer.opening;
  const ids = [...(bos ? tokenizer.start : opening), ...tokenizer.encode(text), ...appended];
  if (ids.length === 0) {
    throw new EngineError(l10n.t('The text is empty: GPT-2 needs at least one token to go on from.'));
  }
  return ids;
}

/** The tokens of a request without a start token; appended tokens have positions after the text. */
export function tokensOf(tokenizer: Tokenizer, { text, appended = [] }: LogitsRequest): Token[] {
  const tokens = tokenizer.tokenize(text);
  const decoder = tokenizer.streamDecoder();
  let [byte, unit] = [tokens.at(-1)?.bytes[1] ?? 0, text.length];
  for (const id of appended) {
    // A character belongs to the appended token that completes it; tokens with its earlier parts have no width.
    const [from, start] = [byte, unit];
    byte += tokenizer.tokenBytes(id).length;
    unit += decoder.push(id).length;
    tokens.push({
      id,
      text: tokenizer.tokenText(id),
      display: tokenizer.display(id),
      bytes: [from, byte],
      utf16: [start, unit],
    });
  }
  return tokens;
}
