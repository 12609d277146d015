import FlatQueue from 'flatqueue';

/** What merging needs of a priority queue: the item with the lowest value first. */
export type MergeQueue = Pick<FlatQueue<number>, 'length' | 'push' | 'pop' | 'peekValue'>;

/** Which pairs of tokens merge, in which order, and to what. */
export interface Merges {
  /** The pair's rank, lower first; undefined where the two stay apart. */
  rankOf(left: number, right: number): number | undefined;
  /** The token that the pair of this rank becomes. */
  result(rank: number): number;
}

const NO_PAIR = -1;

/** Scratch space of a merging. It is used again by the next one, unless that needs more. */
class Workspace {
  // Parts are named by their first place: next[i] is where part i ends, previous[i] where the part before it starts.
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly ids: Int32Array;
  // The queue position of the pair that part i forms with its successor. A queued pair with another is outdated.
  readonly order: Float64Array;

  constructor(readonly capacity: number) {
    this.next = new Int32Array(capacity);
    this.previous = new Int32Array(capacity);
    this.ids = new Int32Array(capacity);
    this.order = new Float64Array(capacity);
  }
}

const KEPT = 4096;
const kept = new Workspace(KEPT);

/**
 * Byte-pair encoding of one piece (Sennrich et al. 2016): merges the adjacent pair of lowest rank, leftmost first,
 * until no pair has a rank. A linked list of parts and a priority queue of pairs make it O(n log n) for n symbols,
 * whatever the piece.
 *
 * @param symbols the tokens to begin with, one for each byte
 * @param starts is given the place of the first symbol of each token that remains
 * @returns the tokens that remain
 */
export function mergePairs(
  symbols: readonly number[],
  merges: Merges,
  queue: MergeQueue = new FlatQueue<number>(),
  starts?: number[],
): number[] {
  const { length } = symbols;
  const { next, previous, ids, order } = length <= KEPT ? kept : new Workspace(length);

  const offer = (first: number): void => {
    const second = next[first];
    const rank = second < length ? merges.rankOf(ids[first], ids[second]) : undefined;
    if (rank === undefined) {
      order[first] = NO_PAIR;
      return;
    }
    order[first] = rank * length + first;
    queue.push(first, order[first]);
  };

  for (let i = 0; i < length; i++) {
    ids[i] = symbols[i];
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  for (let i = 0; i < length; i++) offer(i);

  while (queue.length > 0) {
    const value = queue.peekValue() as number;
    const first = queue.pop() as number;
    if (value !== order[first]) continue;
    const second = next[first];
    ids[first] = merges.result((value - first) / length);
    order[second] = NO_PAIR;
    next[first] = next[second];
    if (next[first] < length) previous[next[first]] = first;
    offer(first);
    if (first > 0) offer(previous[first]);
  }

  const merged: number[] = [];
  for (let i = 0; i < length; i = next[i]) {
    merged.push(ids[i]);
    starts?.push(i);
  }
  return merged;
}
