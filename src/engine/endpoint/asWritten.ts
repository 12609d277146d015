import type { Capabilities } from './capabilities';
import type { ServerToken } from './serverTokens';

/**
 * Recovers what the model wrote after a prompt from a server's answer: removes the prompt if the server repeats it, and
 * restores the leading space if the server cuts it.
 * @returns a function that takes the tokens in order and returns the new part of each, or undefined if it has none
 */
export function asWrittenAfter(
  prompt: string,
  { repeats, cutsSpace }: Pick<Capabilities, 'repeats' | 'cutsSpace'>,
): (token: ServerToken) => ServerToken | undefined {
  let repeated = repeats ? prompt.length : 0;
  let isCut = cutsSpace && /[\p{L}\p{N}.,;:!?)\]”’"]$/u.test(prompt);
  return (token) => {
    const text = token.text.slice(repeated);
    repeated = Math.max(0, repeated - token.text.length);
    if (text === '') return undefined;
    const spaced = isCut ? withSpace(text) : text;
    const top = isCut ? token.top.map((other) => ({ ...other, text: withSpace(other.text) })) : token.top;
    isCut = false;
    return { ...token, text: spaced, top };
  };
}

function withSpace(text: string): string {
  return /^[\p{L}\p{N}]/u.test(text) ? ` ${text}` : text;
}
