import { decode as decodeWith } from '../core/decoding/decode';
import type { TextModel } from '../core/decoding/model';
import { logSoftmax } from '../core/logits';
import type { Precision } from '../gpt2/quantise';
import type { Case, ExpectedPosition, GenerationCase, LogprobsCase, Oracles, PositionsCase, SumCase } from './cases';

/** Results of comparing a group of cases. */
export interface Agreement {
  readonly group: string;
  /** Number of probabilities compared, and their greatest difference. */
  probabilities: number;
  worstProbability: number;
  /** Sum and number of differences in log-probability, counted where the probability is above 0.1 %. */
  logprobs: number;
  logprobDifference: number;
  /** Largest difference of log-probabilities that are published unrounded. */
  worstLogprob: number;
  /** How often the model's most probable token is published, and is the same. */
  firsts: number;
  sameFirsts: number;
  /** Largest deviation of a summed log-probability, relative to the tolerance of the precision. */
  sums: number;
  worstSum: number;
  /** Number of generated texts, and how many are identical. */
  texts: number;
  sameTexts: number;
  /** Number of texts with published ids, and how many tokenize to them. */
  tokenized: number;
  sameTokens: number;
}

interface Limits {
  readonly probability: number;
  /** Mean difference of log-probabilities, nats. */
  readonly logprob: number;
  /** Largest difference of an unrounded log-probability, nats. */
  readonly exact: number;
  /** Share of identical first choices. */
  readonly firsts: number;
  /** Allowed deviation of a sum in nats per token, beyond the published tolerance. */
  readonly perToken: number;
  /** Share of identical texts. */
  readonly texts: number;
}

/**
 * Quantised models generate different texts as soon as two tokens are close, so only their probabilities are judged.
 */
const LIMITS: Record<Precision, Limits> = {
  fp32: { probability: 2e-4, logprob: 0.003, exact: 0.002, firsts: 0.99, perToken: 0, texts: 1 },
  q8: { probability: 0.1, logprob: 0.1, exact: 2, firsts: 0.9, perToken: 0.1, texts: 0 },
  q4: { probability: 0.4, logprob: 0.5, exact: 6, firsts: 0.7, perToken: 0.5, texts: 0 },
};

export function passes(a: Agreement, precision: Precision): boolean {
  const limit = LIMITS[precision];
  return (
    a.worstProbability <= limit.probability &&
    a.logprobDifference <= limit.logprob * a.logprobs &&
    a.worstLogprob <= limit.exact &&
    a.sameTokens === a.tokenized &&
    a.sameFirsts >= limit.firsts * a.firsts &&
    a.worstSum <= 1 &&
    a.sameTexts >= limit.texts * a.texts
  );
}

/** Runs every case; one result per group, in the order of the cases. */
export async function compare(model: TextModel, oracles: Oracles, precision: Precision): Promise<Agreement[]> {
  const groups = new Map<string, Agreement>();
  for (const one of oracles.cases) {
    const agreement = groups.get(one.group) ?? nothingYet(one.group);
    groups.set(one.group, agreement);
    await compareCase(model, one, agreement, LIMITS[precision]);
  }
  return [...groups.values()];
}

function compareCase(model: TextModel, one: Case, agreement: Agreement, { perToken }: Limits): Promise<void> {
  switch (one.kind) {
    case 'positions':
      return comparePositions(model, one, agreement);
    case 'logprobs':
      return compareLogprobs(model, one, agreement);
    case 'sum':
      return compareSum(model, one, agreement, perToken);
    case 'generation':
      return compareGeneration(model, one, agreement);
  }
}

async function comparePositions(model: TextModel, one: PositionsCase, agreement: Agreement): Promise<void> {
  const end = one.from + one.expected.length;
  await forEachPosition(model, one.ids, one.from, end, (position, logprobs) => {
    const expected = one.expected[position - one.from];
    for (const [id, p] of known(expected, one.ids[position])) {
      addProbability(agreement, logprobs[id], p, one.rounding);
    }
    const first = expected.first ?? (expected.rank === 0 ? one.ids[position] : expected.top[0]?.[0]);
    if (first !== undefined) {
      agreement.firsts++;
      agreement.sameFirsts += logprobs[first] >= logprobs.reduce((a, b) => Math.max(a, b)) ? 1 : 0;
    }
  });
}

function known({ p, top }: ExpectedPosition, id: number): (readonly [number, number])[] {
  return p === undefined ? [...top] : [...top, [id, p]];
}

function addProbability(agreement: Agreement, logprob: number, expected: number, rounding: number): void {
  const found = Math.exp(logprob);
  const apart = Math.max(0, Math.abs(found - expected) - rounding);
  agreement.probabilities++;
  // NaN must not count as a small difference.
  agreement.worstProbability = Math.max(agreement.worstProbability, Number.isNaN(apart) ? Infinity : apart);
  if (expected > 1e-3) {
    agreement.logprobs++;
    agreement.logprobDifference += Math.max(0, Math.abs(logprob - Math.log(expected)) - rounding / expected);
  }
}

async function compareLogprobs(model: TextModel, one: LogprobsCase, agreement: Agreement): Promise<void> {
  const { ids, expected, text } = one;
  await forEachPosition(model, ids, 1, ids.length, (position, logprobs) => {
    const difference = Math.abs(logprobs[ids[position]] - expected[position - 1]);
    const apart = Number.isNaN(difference) ? Infinity : difference;
    agreement.logprobs++;
    agreement.logprobDifference += apart;
    agreement.worstLogprob = Math.max(agreement.worstLogprob, apart);
  });
  if (text !== undefined) {
    agreement.tokenized++;
    // Python's tokenizers put the template's tokens around a text, unless they are told not to.
    const cuts = [true, false].map((template) => `${model.tokenizer.encode(text, { template })}`);
    agreement.sameTokens += cuts.includes(`${ids}`) ? 1 : 0;
  }
}

async function compareSum(model: TextModel, one: SumCase, agreement: Agreement, perToken: number): Promise<void> {
  let sum = 0;
  await forEachPosition(model, one.ids, one.from, one.ids.length, (position, logprobs) => {
    sum += logprobs[one.ids[position]];
  });
  agreement.sums++;
  const allowed = Math.abs(one.expected) * one.tolerance + perToken * (one.ids.length - one.from);
  const apart = Math.abs(sum - one.expected) / allowed;
  agreement.worstSum = Math.max(agreement.worstSum, Number.isNaN(apart) ? Infinity : apart);
}

async function compareGeneration(model: TextModel, one: GenerationCase, agreement: Agreement): Promise<void> {
  const { ids } = await decodeWith(model, one.ids, one.config);
  const all = [...one.ids, ...ids];
  agreement.texts++;
  const same = one.expectedIds ? `${all}` === `${one.expectedIds}` : model.tokenizer.decode(all) === one.expectedText;
  agreement.sameTexts += same ? 1 : 0;
}

const CHUNK = 32;

/** Log-probabilities at positions `from` to `end`, each given all preceding ids. */
export async function forEachPosition(
  model: TextModel,
  ids: readonly number[],
  from: number,
  end: number,
  visit: (position: number, logprobs: Float64Array) => void,
): Promise<void> {
  for (let start = from; start < end; start += CHUNK) {
    const count = Math.min(CHUNK, end - start);
    const [{ logits }] = await model.forward([ids.slice(0, start + count - 1)], { lastN: count });
    for (let i = 0; i < count; i++) {
      visit(start + i, logSoftmax(logits.subarray(i * model.vocabSize, (i + 1) * model.vocabSize)));
    }
  }
}

function nothingYet(group: string): Agreement {
  return {
    group,
    probabilities: 0,
    worstProbability: 0,
    logprobs: 0,
    logprobDifference: 0,
    worstLogprob: 0,
    firsts: 0,
    sameFirsts: 0,
    sums: 0,
    worstSum: 0,
    texts: 0,
    sameTexts: 0,
    tokenized: 0,
    sameTokens: 0,
  };
}
