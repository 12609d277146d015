import { type ByteString, idOf, ordinaryByteStrings, toByteString } from './vocabulary';

/**
 * The vocabulary as a trie over bytes, held as ids sorted by their bytes: the tokens below a node are neighbours, so
 * binary search replaces the pointers. The special token has no bytes of its own and is not in it.
 */
let sortedIds: readonly number[] | undefined;

function sorted(bytes: readonly ByteString[]): readonly number[] {
  sortedIds ??= Array.from(bytes.keys()).sort((a, b) => (bytes[a] < bytes[b] ? -1 : 1));
  return sortedIds;
}

/** Bytes of GPT-2's longest ordinary token. */
const LONGEST_TOKEN = 128;

/** The first place in `0..length` that satisfies a condition which, once true, stays true. */
function lowerBound(length: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Ids of the ordinary tokens whose bytes start with these, or are these, in the order of their bytes. */
export function tokensWithPrefix(bytes: Uint8Array): number[] {
  const prefix = toByteString(bytes);
  const all = ordinaryByteStrings();
  const ids = sorted(all);
  const head = (place: number): ByteString => all[ids[place]].slice(0, prefix.length);
  const from = lowerBound(ids.length, (place) => head(place) >= prefix);
  const to = lowerBound(ids.length, (place) => head(place) > prefix);
  return ids.slice(from, to);
}

/** Ids of the ordinary tokens whose bytes are a proper prefix of these, shortest first. */
export function tokensThatArePrefixOf(bytes: Uint8Array): number[] {
  const whole = toByteString(bytes.subarray(0, LONGEST_TOKEN + 1));
  const ids: number[] = [];
  for (let length = 1; length < whole.length; length++) {
    const id = idOf(whole.slice(0, length));
    if (id !== undefined) ids.push(id);
  }
  return ids;
}
