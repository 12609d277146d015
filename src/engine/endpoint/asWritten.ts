import type { Capabilities } from './capabilities';
import type { ServerToken } from './serverTokens';

/**
 * What a model wrote after a prompt, of what a server sends of it: without the prompt, where the server repeats it, and
 * with the first space, where it cuts that.
 * @returns what takes one token after the other and gives what is new of it, if anything is
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
