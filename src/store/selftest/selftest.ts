import { perplexity } from '../../core/analysis';
import { logSoftmax, percent } from '../../core/logits';
import type { Engine, Precision } from '../../engine/api';
import { StoreError } from '../errors';
import { type GreedyRun, type NextTokenTable, references } from './references';

/** What a self-test asks of a model. */
export type TestedModel = Pick<Engine, 'logits' | 'score'>;

export interface SelfTestSubject {
  readonly name: string;
  readonly precision: Precision;
  /** Hub id of a model whose real outputs are known; others get structural checks. */
  readonly known?: string;
  /** Of a model with a tokenizer of its own, which may know another language: how many tokens it has. */
  readonly ownTokens?: number;
  readonly signal?: AbortSignal;
}

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was found against what was expected. */
  readonly detail: string;
}

/**
 * Deviation of a log-probability from the published one, in nats, that a precision may cause; a wrong model is off by
 * whole nats. Room for fp32, too: nobody says whether published figures were rounded or cut.
 */
interface Tolerance {
  readonly mean: number;
  readonly most: number;
}

const tolerances: Record<Precision, Tolerance> = {
  fp32: { mean: 0.03, most: 0.1 },
  q8: { mean: 0.15, most: 0.6 },
  q4: { mean: 0.6, most: 2 },
};

/** Plain modern prose, written for this test. A trained model is surprised by it a little, a broken one at every word. */
export const paragraph =
  'The old house stood at the end of the road, and nobody in the village could remember who had built it. In the ' +
  'summer the children played in the garden, and in the winter the snow lay on the roof until the end of March. When ' +
  'the new family moved in, they painted the door blue, planted two apple trees by the gate, and invited everyone ' +
  'who lived nearby to come over for a cup of tea.';

/** Highest perplexity on the paragraph: of any English model, and of the catalogue's. Word frequencies alone reach about 1,500. */
const sanePerplexity = 1500;
const knownPerplexity = 60;

/** Compares a compiled model with what is known about it. */
export async function selfTest(model: TestedModel, subject: SelfTestSubject): Promise<Check[]> {
  const { precision, known, ownTokens, signal } = subject;
  // In whatever language a model was trained: one that has learnt anything does better than chance.
  const unknown = Math.max(sanePerplexity, ownTokens ?? 0);
  const checks = [await checkParagraph(model, known === undefined ? unknown : knownPerplexity, signal)];
  const reference = known === undefined ? undefined : references[known];
  for (const table of reference?.tables ?? []) {
    checks.push(await checkTable(model, table, tolerances[precision], signal));
  }
  for (const run of reference?.greedy ?? []) {
    checks.push(await checkGreedy(model, run, tolerances[precision], signal));
  }
  return checks;
}

/** Rejects with a `StoreError` that lists what is wrong. */
export async function requireSelfTest(model: TestedModel, subject: SelfTestSubject): Promise<void> {
  const failed = (await selfTest(model, subject)).filter(({ passed }) => !passed);
  if (failed.length > 0) {
    const reasons = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new StoreError(
      'self-test',
      `${subject.name} (${subject.precision}) does not behave as it should and was not installed. ${reasons}. ` +
        'The model in use stays in use.',
    );
  }
}

async function checkParagraph(model: TestedModel, limit: number, signal?: AbortSignal): Promise<Check> {
  const name = 'perplexity on plain prose';
  const logits = await model.logits({ text: paragraph, bos: true }, signal);
  const wrong = logits.findIndex((x) => !Number.isFinite(x));
  if (wrong >= 0) {
    return { name, passed: false, detail: `the logit of token ${wrong} is ${logits[wrong]}` };
  }
  const scored = await model.score({ text: paragraph, bos: true }, signal);
  const found = perplexity(scored.map(({ logprob }) => logprob ?? Number.NaN));
  return { name, passed: found <= limit, detail: `${found.toFixed(1)}, at most ${limit} expected` };
}

async function checkTable(
  model: TestedModel,
  table: NextTokenTable,
  { mean, most }: Tolerance,
  signal?: AbortSignal,
): Promise<Check> {
  const logprobs = logSoftmax(await model.logits({ text: table.text, bos: table.bos }, signal));
  const first = logprobs[table.expected[0][0]];
  const above = logprobs.reduce((a, b) => Math.max(a, b)) - first;
  const deviations = table.expected.map(([id, token, p]) => {
    const rounding = Math.log(1 + table.rounding / p);
    return {
      token,
      p,
      found: Math.exp(logprobs[id]),
      by: Math.max(0, Math.abs(logprobs[id] - Math.log(p)) - rounding),
    };
  });
  const worst = deviations.reduce((a, b) => (b.by > a.by ? b : a));
  const average = deviations.reduce((sum, { by }) => sum + by, 0) / deviations.length;
  return {
    name: `next token after ${JSON.stringify(table.text)}`,
    passed: average <= mean && worst.by <= most && above <= most,
    detail:
      `${JSON.stringify(worst.token)} has ${percent(worst.found)}, published ${percent(worst.p)} ` +
      `(mean deviation ${average.toFixed(3)} nats, at most ${mean}; the first choice leads it by ${above.toFixed(2)})`,
  };
}

/** Follows the published continuation: each of its tokens must be the model's first choice, give or take the tolerance. */
async function checkGreedy(
  model: TestedModel,
  { tokens, ids, prompt }: GreedyRun,
  { most }: Tolerance,
  signal?: AbortSignal,
): Promise<Check> {
  const name = `continuation of ${JSON.stringify(tokens.slice(0, prompt).join(''))}`;
  for (let i = prompt; i < ids.length; i++) {
    const logits = await model.logits({ text: tokens.slice(0, i).join('') }, signal);
    const behind = logits.reduce((a, b) => Math.max(a, b)) - logits[ids[i]];
    if (!(behind <= most)) {
      const detail = `${JSON.stringify(tokens[i])}, word ${i - prompt + 1} of it, lies ${behind.toFixed(2)} nats behind`;
      return { name, passed: false, detail };
    }
  }
  return { name, passed: true, detail: `${ids.length - prompt} tokens as published` };
}
