import type { GenerationConfig } from '../../src/core/decoding/options';
import { entropy, logSoftmax } from '../../src/core/logits';
import type { Case, Check } from './cases';
import type { Found, Inkling } from './inkling';

/** What transformers answered. */
export interface Answer {
  readonly logits?: Float32Array;
  readonly sequences?: readonly (readonly number[])[];
  /** Scores of the sequences. */
  readonly totals?: readonly number[];
  /** Of each step: the scores after all processors, and before any. */
  readonly scores?: Float32Array;
  readonly raw?: Float32Array;
}

/** Whether both sides agree. `tie`: two continuations score alike to within rounding, and each side took another. */
export type Verdict = { readonly is: 'equal' | 'tie' } | { readonly is: 'different'; readonly how: string };

const EQUAL: Verdict = { is: 'equal' };
const TIE: Verdict = { is: 'tie' };
const TOLERANCE = 1e-4;
const DRAWS = 4000;

/** What a job asks of transformers, beside the model and the ids. */
export function jobFor({ check, config, chunks, ids }: Case): object {
  if (check === 'configurations' || check === 'terminal, explained') return { kind: 'logits' };
  if (check === 'cached steps') return { kind: 'steps', chunks };
  const scores = check === 'processed scores' || check === 'sampling distributions';
  return { kind: 'generate', scores, seed: ids.length, options: optionsOf(config ?? {}) };
}

/** Holds Inkling's answer against that of transformers. */
export const CHECK: Record<Check, (side: Inkling, one: Case, answer: Answer) => Promise<Verdict>> = {
  configurations: async (side, one, { logits }) => sameRow(await side.everyPosition(one), need(logits)),
  'cached steps': async (side, one, { logits }) => sameRow(joined(await side.steps(one)), need(logits)),
  'processed scores': async (side, one, { sequences, scores, raw }) =>
    sameRow(joined(await side.processed(one, need(sequences)[0], need(raw))), need(scores)),
  'sampling distributions': async (side, one, { scores }) => {
    const shares = Array.from(logSoftmax(need(scores)), Math.exp);
    const counts = await side.draws(one, DRAWS);
    const impossible = counts.findIndex((count, id) => count > 0 && shares[id] === 0);
    if (impossible >= 0) return different(`drew token ${impossible}, which is impossible`);
    const deviation = normalDeviation(counts, shares);
    // A normal deviate above 5 has a chance of 3e-7.
    return deviation < 5 ? EQUAL : different(`the draws lie ${deviation.toFixed(1)} deviations off`);
  },
  beams: async (side, one, answer) => sameTexts(await side.texts(one), answer, one),
  'groups of beams': async (side, one, answer) => sameTexts(await side.texts(one), answer, one),
  'contrastive search': async (side, one, answer) => sameTexts(await side.texts(one), answer, one),
  'prompt lookup': async (side, one, answer) => sameTexts(await side.texts(one), answer, one),
  terminal: async (_side, one, answer) => {
    const given = (await answersOf(one)) as { ids?: number[]; sequences?: Found[]; error?: string };
    if (given.error) return different(`inkling: ${given.error}`);
    return sameTexts(given.sequences ?? [{ ids: need(given.ids) }], answer, one);
  },
  'terminal, explained': async (_side, one, { logits }) => {
    const size = need(logits).length / one.ids.length;
    const rows = one.ids.map((_, i) => need(logits).subarray(i * size, (i + 1) * size));
    const { tokens, next, entropy: nats } = (await answersOf(one)) as unknown as Explanation;
    const expected = rows.map((row) => logSoftmax(row));
    const pairs = [
      ...tokens.slice(1).map(({ id, logprob }, i) => [logprob, expected[i][id]]),
      ...next.map(({ id, probability }) => [Math.log(probability), expected[expected.length - 1][id]]),
      [nats, entropy(rows[rows.length - 1])],
    ];
    const off = Math.max(...pairs.map(([ours, theirs]) => Math.abs(ours - theirs)));
    return off < TOLERANCE ? EQUAL : different(`a logarithm is ${off} off`);
  },
};

interface Explanation {
  readonly tokens: readonly { readonly id: number; readonly logprob: number }[];
  readonly next: readonly { readonly id: number; readonly probability: number }[];
  readonly entropy: number;
}

/** Answers of the command line, by what they were asked with; a run answers all cases of its config. */
const answered = new Map<Case, Promise<Record<string, unknown>>>();

/** Lets the command line answer cases, those of one config by one run. */
export function prepareTerminal(side: Inkling, cases: readonly Case[]): void {
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    if (one.text === undefined) continue;
    const key = JSON.stringify(one.config ?? null);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const answers = side.terminal(group);
    for (const [i, one] of group.entries()) {
      const line = answers.then((lines) => lines[i]);
      answered.set(one, line);
    }
  }
}

async function answersOf(one: Case): Promise<Record<string, unknown>> {
  return need(await answered.get(one));
}

function sameRow(ours: Float32Array, theirs: Float32Array): Verdict {
  if (ours.length !== theirs.length) return different(`${ours.length} numbers, not ${theirs.length}`);
  for (let i = 0; i < ours.length; i++) {
    const near = Math.abs(ours[i] - theirs[i]) <= TOLERANCE * Math.max(1, Math.abs(theirs[i]));
    // Where the length decay meets a masked end transformers computes Infinity - Infinity; Inkling leaves it masked.
    const masked = ours[i] === -Infinity && Number.isNaN(theirs[i]);
    if (!near && !masked && ours[i] !== theirs[i]) {
      return different(`number ${i} of ${ours.length} is ${ours[i]}, not ${theirs[i]}`);
    }
  }
  return EQUAL;
}

function sameTexts(ours: readonly Found[], { sequences, totals = [] }: Answer, { config = {} }: Case): Verdict {
  const { numBeamGroups = 1, eosTokenId, promptLookupNumTokens, maxNewTokens } = config;
  const eos = eosTokenId === undefined ? [] : [eosTokenId].flat();
  // transformers' lookup may overshoot the length limit by what it has guessed.
  const most = promptLookupNumTokens === undefined ? undefined : maxNewTokens;
  const spelled = (ids: readonly number[]) =>
    ended(ids, eos, numBeamGroups > 1)
      .slice(0, most)
      .join();
  const expected = need(sequences).map(spelled);
  const given = ours.map(({ ids }) => spelled(ids));
  const scores = ours.map(({ score }) => score ?? Number.NaN);
  const near = (tolerance: number) =>
    totals.every((total, i) => Number.isNaN(scores[i] ?? Number.NaN) || Math.abs(total - scores[i]) < tolerance);
  // Where there are fewer texts than were asked for, transformers pads them with copies.
  const same = expected.every((text, i) => text === given[i] || (i >= given.length && expected.indexOf(text) < i));
  if (same && given.length <= expected.length && near(TOLERANCE)) return EQUAL;
  if (given.length === expected.length && totals.length > 0 && near(1e-5)) return TIE;
  const list = (texts: readonly string[]) => texts.map((text) => `[${text}]`).join(' ');
  return different(`${list(given)} scored ${scores.join()}, not ${list(expected)} scored ${totals.join()}`);
}

/** A text without what pads it; groups of transformers leave the end-of-text token away. */
function ended(ids: readonly number[], eos: readonly number[], groups: boolean): readonly number[] {
  const end = ids.findIndex((id) => eos.includes(id));
  return end < 0 ? ids : ids.slice(0, groups ? end : end + 1);
}

/** Pearson's statistic as a normal deviate (Wilson and Hilferty 1931); rare tokens count as one. */
function normalDeviation(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cells = counts.map((count, id) => ({ count, expected: total * shares[id] }));
  const common = cells.filter(({ expected }) => expected >= 5);
  const rare = cells.filter(({ expected }) => expected < 5);
  const tail = rare.reduce((sum, cell) => ({ count: sum.count + cell.count, expected: sum.expected + cell.expected }), {
    count: 0,
    expected: 0,
  });
  const all = tail.expected >= 1 ? [...common, tail] : common;
  const freedom = all.length - 1;
  if (freedom < 1) return 0;
  const statistic = all.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0);
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
}

function optionsOf(config: GenerationConfig): Record<string, unknown> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const options = Object.fromEntries(Object.entries(config).map(([name, value]) => [snake(name), value]));
  // A lone token may be given alone.
  return { ...options, ...(config.eosTokenId !== undefined && { eos_token_id: [config.eosTokenId].flat() }) };
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    whole.set(row, at);
    at += row.length;
  }
  return whole;
}

function different(how: string): Verdict {
  return { is: 'different', how };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The answer lacks what it was asked for.');
  return value;
}
