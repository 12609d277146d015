import type { ResolvedConfig } from './options';
import type { Finish } from './steps';

/** Says whether a sequence has just ended, and why. */
export type StopRule = (ids: readonly number[]) => Finish | undefined;

/** What stopping needs from outside. */
export interface StoppingTools {
  /** The bytes of a token; stop strings need it. */
  readonly tokenBytes?: (id: number) => Uint8Array;
  /** A clock in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * End-of-text, stop strings and the length limit, in this order.
 * @throws an Error when stop strings are asked for without `tokenBytes`
 */
export function createStopRule(config: ResolvedConfig, { tokenBytes }: StoppingTools): StopRule {
  const stops = config.stopStrings.map((text) => new TextEncoder().encode(text));
  if (stops.length > 0 && !tokenBytes) throw new Error('stopStrings need the bytes of the tokens (tokenBytes).');
  return (ids) => {
    if (config.eosIds.includes(ids[ids.length - 1])) return 'end-of-text';
    if (tokenBytes && stops.some((stop) => endsInLastToken(ids, stop, tokenBytes))) return 'stop';
    return ids.length >= config.endLength ? 'length' : undefined;
  };
}

/** A timer that starts now and tells whether `maxTime` is over. */
export function createTimer(config: ResolvedConfig, { now = () => performance.now() }: StoppingTools): () => boolean {
  const { maxTime } = config;
  if (maxTime === undefined) return () => false;
  const start = now();
  return () => now() - start > maxTime * 1000;
}

/**
 * Whether the last token completes `stop`: some occurrence ends inside it. The occurrence may begin in any earlier
 * token, also of the prompt, and the token may go on after it, as in Hugging Face's `StopStringCriteria`.
 */
function endsInLastToken(ids: readonly number[], stop: Uint8Array, tokenBytes: (id: number) => Uint8Array): boolean {
  const last = tokenBytes(ids[ids.length - 1]);
  const parts = [last];
  let length = last.length;
  for (let i = ids.length - 2; i >= 0 && length < last.length + stop.length - 1; i--) {
    const part = tokenBytes(ids[i]);
    parts.unshift(part);
    length += part.length;
  }
  const text = parts.flatMap((part) => [...part]);
  for (let end = Math.max(stop.length, length - last.length + 1); end <= length; end++) {
    if (stop.every((byte, i) => text[end - stop.length + i] === byte)) return true;
  }
  return false;
}
