import FlatQueue from 'flatqueue';
import type { ByteString } from './vocabulary';

const NO_PAIR = -1;

/** What merging needs of a priority queue: the item with the lowest value first. */
export type MergeQueue = Pick<FlatQueue<number>, 'length' | 'push' | 'pop' | 'peekValue'>;

/**
 * Byte-pair encoding of one piece (Sennrich et al. 2016, on bytes as in GPT-2): merges the adjacent pair of lowest
 * rank, leftmost first, until no pair has a rank. A linked list of parts and a priority queue of pairs make it
 * O(n log n) for n bytes, whatever the piece.
 *
 * @param rankOf the rank of a byte string in the vocabulary; every single byte must have one
 * @returns the ranks of the remaining parts, which are GPT-2's token ids
 */
export function mergeBytePairs(
  piece: ByteString,
  rankOf: (bytes: ByteString) => number | undefined,
  queue: MergeQueue = new FlatQueue<number>(),
): number[] {
  const length = piece.length;
  // Parts are named by their first byte: next[i] is where part i ends, previous[i] where the part before it starts.
  const next: number[] = [];
  const previous: number[] = [];
  // The queue position of the pair that part i forms with its successor. A queued pair with another is outdated.
  const order: number[] = [];

  const offer = (first: number): void => {
    const second = next[first];
    const rank = second < length ? rankOf(piece.slice(first, next[second])) : undefined;
    order[first] = rank === undefined ? NO_PAIR : rank * length + first;
    if (rank !== undefined) queue.push(first, order[first]);
  };

  for (let i = 0; i < length; i++) {
    next.push(i + 1);
    previous.push(i - 1);
  }
  for (let i = 0; i < length; i++) offer(i);

  while (queue.length > 0) {
    const value = queue.peekValue();
    const first = queue.pop() as number;
    if (value !== order[first]) continue;
    const second = next[first];
    order[second] = NO_PAIR;
    next[first] = next[second];
    previous[next[first]] = first;
    offer(first);
    if (first > 0) offer(previous[first]);
  }

  const ids: number[] = [];
  for (let i = 0; i < length; i = next[i]) ids.push(rankOf(piece.slice(i, next[i])) as number);
  return ids;
}
