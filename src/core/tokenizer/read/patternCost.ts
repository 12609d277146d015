import type { Node, Place } from './patternParser';

/** Characters of every kind that patterns tell apart. */
const SAMPLES = [...' \n\t\r\u00a0aAbzZ09_.,\'"-!()é٣ß中かД😀\u0301'];
const SHORT = 32;
const LONG = 3 * SHORT;
/** Limit of growth in work for three times the text: linear work grows by 3, quadratic by 9. */
const MOST_GROWTH = 5;
/** Steps for a character below which growth does not matter. */
const FEW_STEPS = 24;
const MOST_STEPS = 200_000;
const MOST_KINDS = 6;

/**
 * Whether matching takes time in proportion to the text: tried on long runs of the kinds of characters that the
 * pattern tells apart, by a matcher that counts its steps and goes back as JavaScript's does.
 */
export function isLinear(tree: Node): boolean {
  const matcher = new CountingMatcher(tree);
  const kinds = matcher.kinds(SAMPLES).slice(0, MOST_KINDS);
  return kinds.every((first) =>
    kinds.every((second) => {
      const texts = (length: number) => [first.repeat(length) + second, (first + second).repeat(length / 2)];
      const long = texts(LONG);
      return texts(SHORT).every((text, i) => {
        const steps = matcher.stepsFor(long[i]);
        return steps <= FEW_STEPS * LONG || (steps < MOST_STEPS && steps <= MOST_GROWTH * matcher.stepsFor(text));
      });
    }),
  );
}

type Next = (at: number) => boolean;

class CountingMatcher {
  readonly #tree: Node;
  #steps = 0;
  #text: readonly string[] = [];
  readonly #sets = new Map<Node, (character: string) => boolean>();

  constructor(tree: Node) {
    this.#tree = tree;
    this.#collect(tree);
  }

  /** One character for each way of belonging to the sets of the pattern. */
  kinds(samples: readonly string[]): string[] {
    const bySignature = new Map<string, string>();
    for (const sample of samples) {
      const signature = [...this.#sets.values()].map((has) => (has(sample) ? 1 : 0)).join('');
      if (!bySignature.has(signature)) bySignature.set(signature, sample);
    }
    return [...bySignature.values()];
  }

  /** Steps of finding all matches in a text, or a little more than the most that are allowed. */
  stepsFor(text: string): number {
    this.#text = [...text];
    this.#steps = 0;
    for (let at = 0; at <= this.#text.length; ) {
      let end = at;
      this.#match(this.#tree, at, (to) => {
        end = to;
        return true;
      });
      at = Math.max(end, at + 1);
    }
    return this.#steps;
  }

  #collect(node: Node): void {
    switch (node.kind) {
      case 'set': {
        const regex = new RegExp(`^[${node.negated ? '^' : ''}${node.source}]$`, 'v');
        const known = new Map<string, boolean>();
        this.#sets.set(node, (character) => {
          const is = known.get(character) ?? regex.test(character);
          known.set(character, is);
          return is;
        });
        break;
      }
      case 'sequence':
        for (const item of node.items) this.#collect(item);
        break;
      case 'choice':
        for (const option of node.options) this.#collect(option);
        break;
      case 'look':
      case 'atomic':
      case 'repeat':
        this.#collect(node.of);
    }
  }

  /** Whether the node matches at a place so that what comes next does too. */
  #match(node: Node, at: number, next: Next): boolean {
    if (++this.#steps > MOST_STEPS) return true;
    switch (node.kind) {
      case 'set':
        return at < this.#text.length && this.#sets.get(node)?.(this.#text[at]) === true && next(at + 1);
      case 'assertion':
        return this.#isAt(node.place, at) && next(at);
      case 'look':
        return this.#looks(node, at) && next(at);
      case 'sequence':
        return this.#matchItems(node.items, 0, at, next);
      case 'choice':
        return node.options.some((option) => this.#match(option, at, next));
      case 'atomic': {
        let end = -1;
        this.#match(node.of, at, (to) => {
          end = to;
          return true;
        });
        return end >= 0 && next(end);
      }
      case 'repeat':
        return this.#matchRepeat(node, 0, at, next);
    }
  }

  #isAt(place: Place, at: number): boolean {
    const { length } = this.#text;
    const isBeforeNewline = this.#text[at] === '\n';
    switch (place) {
      case 'start':
        return at === 0;
      case 'end':
        return at === length;
      case 'last line end':
        return at === length || (isBeforeNewline && at === length - 1);
      case 'line start':
        return at === 0 || (at < length && this.#text[at - 1] === '\n');
      case 'line end':
        return at === length || isBeforeNewline;
    }
  }

  #looks({ source, of }: Extract<Node, { kind: 'look' }>, at: number): boolean {
    if (source.startsWith('?<')) return true;
    return this.#match(of, at, () => true) === (source === '?=');
  }

  #matchItems(items: readonly Node[], from: number, at: number, next: Next): boolean {
    if (from === items.length) return next(at);
    return this.#match(items[from], at, (to) => this.#matchItems(items, from + 1, to, next));
  }

  #matchRepeat(node: Extract<Node, { kind: 'repeat' }>, count: number, at: number, next: Next): boolean {
    const more = () =>
      count < node.most &&
      this.#match(node.of, at, (to) => (to > at || count < node.least) && this.#matchRepeat(node, count + 1, to, next));
    if (count < node.least) return more();
    return node.lazy ? next(at) || more() : more() || next(at);
  }
}
