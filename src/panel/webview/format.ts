import { bitsPerCharacter, surprisal } from '../../core/analysis/likelihood';
import type { BranchMessage, PanelToken } from '../protocol';

/** Bytes in hexadecimal: `F0 9F 99 82`. */
export function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

/** Bits per character over the scored tokens of a text; null when none is scored. */
export function density(text: string, tokens: readonly PanelToken[]): number | null {
  const scored = tokens.filter((token) => token.logprob !== null);
  const first = scored[0];
  if (!first) return null;
  const logprobs = scored.map((token) => token.logprob ?? 0);
  return bitsPerCharacter(logprobs, text.slice(first.utf16[0]));
}

/**
 * Total change in bits that a branch makes to the log-likelihood of the text after the cursor; null when it is not
 * scored.
 */
export function gainOf(after: BranchMessage['after']): number | null {
  const gains = after.flatMap(({ before, now }) => {
    return before === null || now === null ? [] : [surprisal(before) - surprisal(now)];
  });
  return gains.length === 0 ? null : gains.reduce((sum, gain) => sum + gain, 0);
}
