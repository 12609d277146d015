/** The words and punctuation of a text, in order; markup is left out. */
export function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*|[.,;:!?]/gu) ?? [];
}

/** A candidate for the next word with its natural log-probability. */
export interface NextWord {
  readonly word: string;
  readonly logprob: number;
}

/** Absolute discount of every count; the usual value. */
const DISCOUNT = 0.75;
const ALWAYS_CONSIDERED = 20;
/** Id of words that the training text lacks, and of what precedes and follows it. */
const UNKNOWN = 0;

/**
 * Interpolated Kneser-Ney trigrams over words (Kneser and Ney 1995; Chen and Goodman 1999, section 2.7). Trigrams are
 * represented by their positions in the text, sorted by the words from there on, so that trigrams with a common prefix
 * are adjacent: only the text and one index are stored.
 */
export class TrigramModel {
  readonly #vocabulary: string[] = [''];
  readonly #ids = new Map<string, number>();
  readonly #text: Uint32Array;
  readonly #sorted: Uint32Array;
  /** Number of distinct words before each pair of words, and before each word. */
  readonly #beforePair = new Map<number, number>();
  readonly #beforeWord = new Map<number, number>();
  /** Number of distinct pairs. */
  #pairs = 0;
  /** Words that follow the most distinct words: the best guesses without context. */
  readonly #atHome: readonly number[];
  #latest: { readonly key: number; readonly probability: (w: number) => number } | undefined;
  /** Frequency of each word. */
  readonly #counts: Uint32Array;

  constructor(words: readonly string[]) {
    const text = Uint32Array.from([...words.map((word) => this.#intern(word)), UNKNOWN, UNKNOWN]);
    this.#text = text;
    this.#sorted = Uint32Array.from(words.keys()).sort((a, b) => {
      return text[a] - text[b] || text[a + 1] - text[b + 1] || text[a + 2] - text[b + 2];
    });
    this.#counts = new Uint32Array(this.#vocabulary.length);
    for (let i = 0; i < words.length; i++) this.#counts[text[i]]++;
    this.#countContexts();
    const byContexts = [...this.#beforeWord].sort((a, b) => b[1] - a[1]);
    this.#atHome = byContexts.slice(0, ALWAYS_CONSIDERED).map(([id]) => id);
  }

  /**
   * The most probable next words that begin with `typed`, best first. Probabilities are conditional on that beginning.
   */
  next(previous: readonly string[], typed: string, count = 1): NextWord[] {
    const u = this.#ids.get(previous.at(-2) ?? '') ?? UNKNOWN;
    const v = this.#ids.get(previous.at(-1) ?? '') ?? UNKNOWN;
    const probability = this.#distribution(u, v);
    const scored = this.#candidates(u, v, typed).map((id) => ({ word: this.#vocabulary[id], p: probability(id) }));
    const mass = typed === '' ? 1 : sum(scored.map(({ p }) => p));
    scored.sort((a, b) => b.p - a.p);
    return scored.slice(0, count).map(({ word, p }) => ({ word, logprob: Math.log(p / mass) }));
  }

  /**
   * Every word that begins with `typed`; while nothing is typed, only words seen in this context and the best guesses
   * without one.
   */
  #candidates(u: number, v: number, typed: string): number[] {
    if (typed !== '') return this.#wordsFrom(typed).map(([id]) => id);
    const seen = new Set([...this.#followers(u, v).keys(), ...this.#followers(v).keys(), ...this.#atHome]);
    seen.delete(UNKNOWN);
    return [...seen];
  }

  /** The words that followed this one in the text and begin with `typed`, most frequent first. */
  mostFrequent(previous: string | undefined, typed: string): NextWord | undefined {
    const v = this.#ids.get(previous ?? '') ?? UNKNOWN;
    const followers = v === UNKNOWN ? [] : [...this.#followers(v)];
    const known = followers.filter(([id]) => this.#vocabulary[id].startsWith(typed) && id !== UNKNOWN);
    const options = known.length > 0 ? known : this.#wordsFrom(typed);
    const total = options.reduce((sum, [, times]) => sum + times, 0);
    const best = options.reduce((most, other) => (other[1] > most[1] ? other : most), [UNKNOWN, 0]);
    return best[1] === 0 ? undefined : { word: this.#vocabulary[best[0]], logprob: Math.log(best[1] / total) };
  }

  #wordsFrom(typed: string): (readonly [number, number])[] {
    return this.#vocabulary.flatMap((word, id) =>
      id !== UNKNOWN && word.startsWith(typed) ? [[id, this.#counts[id]]] : [],
    );
  }

  #intern(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    const id = this.#vocabulary.push(word) - 1;
    this.#ids.set(word, id);
    return id;
  }

  /** P(w | u v), interpolated with P(w | v), P(w) and the uniform distribution. */
  #distribution(u: number, v: number): (w: number) => number {
    const key = this.#pair(u, v);
    // The context stays the same while a word is typed letter by letter.
    if (this.#latest?.key !== key) this.#latest = { key, probability: this.#interpolate(u, v) };
    return this.#latest.probability;
  }

  #interpolate(u: number, v: number): (w: number) => number {
    const afterPair = this.#followers(u, v);
    const total = sum(afterPair.values());
    const afterWord = new Map(
      [...this.#followers(v).keys()].map((w) => [w, this.#beforePair.get(this.#pair(v, w)) ?? 0]),
    );
    const contexts = sum(afterWord.values());
    const known = this.#beforeWord.size;
    const mix = (count: number, of: number, kinds: number, lower: number): number => {
      return of === 0 ? lower : (Math.max(count - DISCOUNT, 0) + DISCOUNT * kinds * lower) / of;
    };
    return (w) => {
      const unigram = mix(this.#beforeWord.get(w) ?? 0, this.#pairs, known, 1 / this.#vocabulary.length);
      const bigram = mix(afterWord.get(w) ?? 0, contexts, afterWord.size, unigram);
      return mix(afterPair.get(w) ?? 0, total, afterPair.size, bigram);
    };
  }

  /** How often each word follows this context. */
  #followers(...context: readonly number[]): Map<number, number> {
    const found = new Map<number, number>();
    for (let i = this.#lowerBound(context); i < this.#sorted.length; i++) {
      const place = this.#sorted[i];
      if (context.some((id, offset) => this.#text[place + offset] !== id)) break;
      const word = this.#text[place + context.length];
      found.set(word, (found.get(word) ?? 0) + 1);
    }
    return found;
  }

  #lowerBound(context: readonly number[]): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#sorted[middle], context) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(place: number, context: readonly number[]): number {
    const differs = context.findIndex((id, offset) => this.#text[place + offset] !== id);
    return differs < 0 ? 0 : this.#text[place + differs] - context[differs];
  }

  #countContexts(): void {
    let last = [-1, -1, -1];
    for (const place of this.#sorted) {
      const [u, v, w] = [this.#text[place], this.#text[place + 1], this.#text[place + 2]];
      const newPair = u !== last[0] || v !== last[1];
      if (newPair) {
        this.#pairs++;
        this.#beforeWord.set(v, (this.#beforeWord.get(v) ?? 0) + 1);
      }
      if (newPair || w !== last[2]) {
        const key = this.#pair(v, w);
        this.#beforePair.set(key, (this.#beforePair.get(key) ?? 0) + 1);
      }
      last = [u, v, w];
    }
  }

  #pair(v: number, w: number): number {
    return v * this.#vocabulary.length + w;
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
