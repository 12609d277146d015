import { cellOf, DOCUMENT, type Evidence, FAR, GROUPS, type Group, LENGTHS, NEAR } from './evidence';
import prior from './prior.json';
import type { TokenCounts } from './tokenCounts';
import type { WordParts } from './wordParts';

/** Taken off every count: what was seen once may well be an accident. */
const DISCOUNT = 0.6;
/** Texts shorter than this say nothing about how often a word comes. */
const FEWEST_WORDS = 8;

const CONFIDENCES = [0.1, 0.2, 0.35, 0.6];
const TOTALS = [1, 2, 4, 8, 20, 64];
const SHARES = [0.3, 0.6, 0.999];
const SIZES = 17;
/** What a match goes on with: see `partOf`. */
const PARTS = 4;

/** Where the parameters of each feature begin in the vector of all. */
const table = layout({
  model: 1,
  modelByConfidence: CONFIDENCES.length + 1,
  words: GROUPS.length,
  wordsBySize: GROUPS.length * SIZES,
  wordsByConfidence: CONFIDENCES.length + 1,
  match: GROUPS.length * LENGTHS.length,
  matchByCounts: LENGTHS.length * (TOTALS.length + 1) * (SHARES.length + 1) * 2 * PARTS,
  groupByCounts: GROUPS.length * (TOTALS.length + 1) * (SHARES.length + 1) * PARTS,
  matchByConfidence: LENGTHS.length * PARTS * (CONFIDENCES.length + 1),
});
/** How many numbers the weights are made of. */
export const PARAMETERS = table.size;

/** Nats by which one observation may move a parameter at first; later ones move it less. */
const LEARNING_RATE = 0.2;

/** One opinion on the next token: the model's (no group), that of a group's words, or that of a group's matches. */
interface Expert {
  readonly group?: Group;
  /** The cell of the evidence; absent for the model and for words. */
  readonly cell?: number;
  readonly features: readonly number[];
  share: number;
}

/** Whom a token's probability comes from; the shares add up to 1. */
export interface Shares {
  readonly model: number;
  readonly document: number;
  readonly near: number;
  readonly far: number;
}

/**
 * Mixes the model's distribution with the writer's texts: a mixture of experts (Jacobs et al. 1991) whose weights are a
 * softmax over a few features of each expert: the length of the match, its frequency and variety, whether it continues
 * a word, which texts it is from, and the model's confidence. It learns from every token reported to it by gradient
 * steps of decreasing size (AdaGrad, Duchi et al. 2011), starting from weights learned on other writers' texts.
 */
export class Mixture {
  readonly #words: WordParts;
  readonly #parameters: Float64Array;
  readonly #squares: Float64Array;

  /**
   * @param words tells tokens that begin a word from those that go on with one
   * @param start the parameters to begin with, `PARAMETERS` of them: what texts of other writers have taught
   */
  constructor(words: WordParts, start: ArrayLike<number> = prior) {
    this.#words = words;
    this.#parameters = Float64Array.from(start);
    this.#squares = new Float64Array(PARAMETERS).fill(1);
  }

  get parameters(): Float64Array {
    return this.#parameters;
  }

  /** What the experts say together, given the probability of the model's first choice. */
  weigh(evidence: Evidence, confidence: number): Mixed {
    const experts = expertsOn(evidence, bucket(CONFIDENCES, confidence), this.#words);
    const activations = experts.map(({ features }) => {
      let sum = 0;
      for (const feature of features) sum += this.#parameters[feature];
      return sum;
    });
    const most = Math.max(...activations);
    let total = 0;
    experts.forEach((expert, i) => {
      expert.share = Math.exp(activations[i] - most);
      total += expert.share;
    });
    for (const expert of experts) expert.share /= total;
    return new Mixed(evidence, experts);
  }

  /**
   * Learns from a token that came next.
   * @param probability what the model alone gave it
   */
  learn(mixed: Mixed, id: number, probability: number): void {
    const { experts } = mixed;
    const opinions = experts.map((expert) => mixed.opinion(expert, id, probability));
    const whole = opinions.reduce((sum, opinion, i) => sum + experts[i].share * opinion, 0);
    if (!(whole > 0)) return;
    experts.forEach(({ features, share }, i) => {
      const gradient = share * (opinions[i] / whole - 1);
      for (const feature of features) {
        this.#squares[feature] += gradient * gradient;
        this.#parameters[feature] += (LEARNING_RATE * gradient) / Math.sqrt(this.#squares[feature]);
      }
    });
  }
}

/** The mixture at one place of a text. A proper distribution over the whole vocabulary, given the model's. */
export class Mixed {
  /** The share of the model's own distribution. */
  readonly modelShare: number;
  /** What matches add to each of the evidence's tokens. */
  readonly #matched: Float64Array;
  /** The words of each group that has a say, and what each time that a token was seen adds to its probability. */
  readonly #words: readonly { readonly counts: TokenCounts; readonly scale: number }[];

  constructor(
    readonly evidence: Evidence,
    readonly experts: readonly Expert[],
  ) {
    this.modelShare = experts[0].share;
    const { tokens } = evidence;
    this.#words = experts.flatMap(({ group, cell, share }) => {
      if (group === undefined || cell !== undefined) return [];
      const counts = evidence.words[group - 1];
      return { counts, scale: share / counts.total };
    });
    this.#matched = new Float64Array(tokens.length);
    for (const { cell, share } of experts) {
      if (cell === undefined) continue;
      const scale = share / (evidence.totals[cell] - DISCOUNT * evidence.kinds[cell]);
      for (let slot = 0; slot < tokens.length; slot++) {
        const count = evidence.count(slot, cell);
        if (count > 0) this.#matched[slot] += scale * (count - DISCOUNT);
      }
    }
  }

  /** The probability of a token to which the model alone gives `probability`. */
  probability(id: number, probability: number): number {
    const slot = this.evidence.slotOf(id);
    return this.modelShare * probability + this.#fromWords(id) + (slot === undefined ? 0 : this.#matched[slot]);
  }

  /** What matches alone give to one of the evidence's tokens. */
  matched(slot: number): number {
    return this.#matched[slot];
  }

  /** What words add to the probability of any one token is at most this. */
  get mostFromWords(): number {
    return this.#words.reduce((sum, { counts, scale }) => sum + scale * counts.most, 0);
  }

  /** Tokens that the writer's texts may well make the most probable ones. */
  get favourites(): number[] {
    return [...this.evidence.tokens, ...this.#words.flatMap(({ counts }) => counts.favourite ?? [])];
  }

  /** Makes the model's probabilities of all tokens those of the mixture, in place. */
  mixInto(probabilities: Float64Array): void {
    for (let id = 0; id < probabilities.length; id++) probabilities[id] *= this.modelShare;
    for (const { counts, scale } of this.#words) counts.addTo(probabilities, scale);
    const { tokens } = this.evidence;
    for (let slot = 0; slot < tokens.length; slot++) probabilities[tokens[slot]] += this.#matched[slot];
  }

  /** What the writer's texts add to the model's share of each token of which they have something to say. */
  get addends(): ReadonlyMap<number, number> {
    const sums = new Map<number, number>();
    this.forEachAddend((id, addend) => addend > 0 && sums.set(id, (sums.get(id) ?? 0) + addend));
    return sums;
  }

  /** Calls for each part that the writer's texts add to a token's probability; a token may have several. */
  forEachAddend(visit: (id: number, addend: number) => void): void {
    const { tokens } = this.evidence;
    for (const { counts, scale } of this.#words) for (const id of counts.tokens) visit(id, scale * counts.count(id));
    for (let slot = 0; slot < tokens.length; slot++) visit(tokens[slot], this.#matched[slot]);
  }

  /** Whom the probability of a token comes from. */
  shares(id: number, probability: number): Shares {
    const whole = this.probability(id, probability);
    const part = (group: Group | undefined): number => {
      const own = this.experts.filter((expert) => expert.group === group);
      return own.reduce((sum, expert) => sum + expert.share * this.opinion(expert, id, probability), 0) / whole;
    };
    return { model: part(undefined), document: part(DOCUMENT), near: part(NEAR), far: part(FAR) };
  }

  /** The probability that one expert alone gives to a token. */
  opinion({ group, cell }: Expert, id: number, probability: number): number {
    if (group === undefined) return probability;
    const { evidence } = this;
    if (cell === undefined) return evidence.words[group - 1].count(id) / evidence.words[group - 1].total;
    const slot = evidence.slotOf(id);
    const count = slot === undefined ? 0 : evidence.count(slot, cell);
    return count === 0 ? 0 : (count - DISCOUNT) / (evidence.totals[cell] - DISCOUNT * evidence.kinds[cell]);
  }

  #fromWords(id: number): number {
    let sum = 0;
    for (const { counts, scale } of this.#words) sum += scale * counts.count(id);
    return sum;
  }
}

function expertsOn(evidence: Evidence, confidence: number, words: WordParts): Expert[] {
  const begun = words.begun(evidence.history);
  const experts: Expert[] = [{ features: [table.model, table.modelByConfidence + confidence], share: 0 }];
  for (const group of GROUPS) {
    const { total } = evidence.words[group - 1];
    if (total >= FEWEST_WORDS) experts.push({ group, features: wordFeatures(group, total, confidence), share: 0 });
    let longest = true;
    for (let level = LENGTHS.length - 1; level >= 0; level--) {
      const cell = cellOf(group, level);
      if (evidence.totals[cell] === 0) continue;
      const kind = { longest, part: words.goesOn(evidence.favourites[cell]) ? partOf(level, begun) : 0 };
      experts.push({ group, cell, features: matchFeatures(evidence, group, level, confidence, kind), share: 0 });
      longest = false;
    }
  }
  return experts;
}

/** Of a match that goes on with a word: whether it knows that word from its beginning, and by more than one token. */
function partOf(level: number, begun: number): number {
  if (LENGTHS[level] < begun) return 1;
  return begun === 1 ? 2 : 3;
}

function wordFeatures(group: Group, total: number, confidence: number): number[] {
  const size = Math.min(SIZES - 1, Math.floor(Math.log2(total)));
  return [
    table.words + group - 1,
    table.wordsBySize + (group - 1) * SIZES + size,
    table.wordsByConfidence + confidence,
  ];
}

function matchFeatures(
  evidence: Evidence,
  group: Group,
  level: number,
  confidence: number,
  { longest, part }: { readonly longest: boolean; readonly part: number },
): number[] {
  const cell = cellOf(group, level);
  const total = bucket(TOTALS, evidence.totals[cell]);
  const share = bucket(SHARES, evidence.most[cell] / evidence.totals[cell]);
  const counts = total * (SHARES.length + 1) + share;
  const kinds = (TOTALS.length + 1) * (SHARES.length + 1);
  return [
    table.match + cell,
    table.matchByCounts + ((level * kinds + counts) * PARTS + part) * 2 + (longest ? 1 : 0),
    table.groupByCounts + ((group - 1) * kinds + counts) * PARTS + part,
    table.matchByConfidence + (level * PARTS + part) * (CONFIDENCES.length + 1) + confidence,
  ];
}

/** How many of these bounds a value exceeds. */
function bucket(bounds: readonly number[], value: number): number {
  let above = 0;
  while (above < bounds.length && value > bounds[above]) above++;
  return above;
}

function layout<T extends string>(sizes: Readonly<Record<T, number>>): Record<T, number> & { size: number } {
  let size = 0;
  const starts: Record<string, number> = {};
  for (const [name, count] of Object.entries<number>(sizes)) {
    starts[name] = size;
    size += count;
  }
  return { ...starts, size } as Record<T, number> & { size: number };
}
