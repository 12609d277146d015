import * as l10n from '@vscode/l10n';
import { perplexity } from '../../core/analysis';
import { logSoftmax, percent } from '../../core/logits';
import { compact, fixed, whole } from '../../core/text/locale';
import type { Engine, Precision } from '../../engine/api';
import type { CatalogueModel } from '../catalogue';
import { StoreError } from '../errors';
import { type Language, languageOf, paragraphs } from './paragraphs';
import { type GreedyRun, type NextTokenTable, references } from './references';

/** What a self-test asks of a model. */
export type TestedModel = Pick<Engine, 'logits' | 'score'>;

export interface SelfTestSubject {
  readonly name: string;
  readonly precision: Precision;
  /** The catalogue's entry, where it is one of its models; others get structural checks. */
  readonly known?: Pick<CatalogueModel, 'id' | 'language' | 'kind'>;
  /** Of a model with a tokenizer of its own, which may know another language: how many tokens it has. */
  readonly ownTokens?: number;
  /** Longest text in tokens; 1,024 by default. */
  readonly contextLength?: number;
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

const TOLERANCES: Record<Precision, Tolerance> = {
  fp32: { mean: 0.03, most: 0.1 },
  q8: { mean: 0.15, most: 0.6 },
  q4: { mean: 0.6, most: 2 },
};

/** Highest perplexity on plain prose: of any model in the language, where word frequencies alone reach about 1,500, and of a catalogue's. */
const SANE_PERPLEXITY = 1500;
const KNOWN_PERPLEXITY = { english: 60, other: 500 };

/** Compares a compiled model with what is known about it. */
export async function selfTest(model: TestedModel, subject: SelfTestSubject): Promise<Check[]> {
  const { precision, known, contextLength = 1024, signal } = subject;
  // This check comes first: the model must not remember any text yet.
  const reading = await checkReading(model, contextLength, TOLERANCES[precision], signal);
  const checks = [...reading, await checkProse(model, subject)];
  const reference = known === undefined ? undefined : references[known.id];
  for (const table of reference?.tables ?? []) {
    checks.push(await checkTable(model, table, TOLERANCES[precision], signal));
  }
  for (const run of reference?.greedy ?? []) {
    checks.push(await checkGreedy(model, run, TOLERANCES[precision], signal));
  }
  return checks;
}

/**
 * Compares a compiled model with what is known about it.
 * @throws StoreError that lists what is wrong
 */
export async function requireSelfTest(model: TestedModel, subject: SelfTestSubject): Promise<void> {
  const failed = (await selfTest(model, subject)).filter(({ passed }) => !passed);
  if (failed.length > 0) {
    const reasons = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
    throw new StoreError(
      'self-test',
      l10n.t(
        '{0} ({1}) does not behave as it should and was not installed. {2}. The model in use stays in use.',
        subject.name,
        subject.precision,
        reasons,
      ),
    );
  }
}

/** Prose that the model should know, and how much it may surprise. */
function proseFor({ known, ownTokens }: SelfTestSubject): {
  readonly languages: readonly Language[];
  readonly limit: number;
} {
  const language = known && languageOf(known.language);
  if (language !== undefined && known?.kind === undefined) {
    return { languages: [language], limit: language === 'English' ? KNOWN_PERPLEXITY.english : KNOWN_PERPLEXITY.other };
  }
  if (ownTokens === undefined) {
    return { languages: ['English'], limit: SANE_PERPLEXITY };
  }
  // In whatever language a model was trained: one that has learnt anything does far better than chance in one of these.
  return { languages: Object.keys(paragraphs) as Language[], limit: Math.max(SANE_PERPLEXITY, ownTokens / 4) };
}

/** The model passes with the first paragraph that does not surprise it too much. */
async function checkProse(model: TestedModel, subject: SelfTestSubject): Promise<Check> {
  const { signal } = subject;
  const name = l10n.t('perplexity on plain prose');
  const { languages, limit } = proseFor(subject);
  let best = Number.POSITIVE_INFINITY;
  for (const language of languages) {
    const text = paragraphs[language];
    const logits = await model.logits({ text, bos: true }, signal);
    const wrong = logits.findIndex((x) => !Number.isFinite(x));
    if (wrong >= 0) {
      return { name, passed: false, detail: l10n.t('the logit of token {0} is {1}', wrong, logits[wrong]) };
    }
    const scored = await model.score({ text, bos: true }, signal);
    const found = perplexity(scored.map(({ logprob }) => logprob ?? Number.NaN));
    best = Math.min(best, Number.isNaN(found) ? best : found);
    if (best <= limit) {
      break;
    }
  }
  return { name, passed: best <= limit, detail: l10n.t('{0}, at most {1} expected', fixed(best, 1), whole(limit)) };
}

/** Words of the paragraph before which the model is asked: far enough apart for what lies between to be read at once. */
const ASKED_BEFORE = [40, 74];

/**
 * A text that is read at once is followed by what follows it where each token is scored, although the two ways round
 * differently. Nothing is compared where a tokenizer does not cut before the words.
 */
async function checkReading(
  model: TestedModel,
  contextLength: number,
  { mean, most }: Tolerance,
  signal?: AbortSignal,
): Promise<Check[]> {
  // Within the context, as a token is a byte at least: a longer text would be scored in windows, which see less of it
  // than reading does.
  const text = paragraphs.English.slice(0, contextLength - 1);
  const places = [...text.matchAll(/ /g)].map(({ index }) => index);
  const asked: { place: number; logprobs: Float32Array }[] = [];
  for (const place of ASKED_BEFORE.map((word) => places[word - 1]).filter((found) => found !== undefined)) {
    const logits = await model.logits({ text: text.slice(0, place), bos: true }, signal);
    if (!logits.every(Number.isFinite)) {
      // A model that fails here is reported by the next check.
      return [];
    }
    asked.push({ place, logprobs: logSoftmax(logits) });
  }
  const scored = await model.score({ text, bos: true }, signal);
  const deviations = asked.flatMap(({ place, logprobs }) => {
    const token = scored.find(({ utf16 }) => utf16?.[0] === place);
    return token?.logprob == null ? [] : [Math.abs(logprobs[token.id] - token.logprob)];
  });
  if (deviations.length === 0) return [];
  const average = deviations.reduce((a, b) => a + b, 0) / deviations.length;
  const worst = Math.max(...deviations);
  return [
    {
      name: l10n.t('reading at once and token by token'),
      passed: average <= mean && worst <= most,
      detail: l10n.t('log-probabilities differ by {0} nats, at most {1} expected', fixed(average, 3), compact(mean)),
    },
  ];
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
    name: l10n.t('next token after {0}', JSON.stringify(table.text)),
    passed: average <= mean && worst.by <= most && above <= most,
    detail: l10n.t(
      '{0} has {1}, published {2} (mean deviation {3} nats, at most {4}; the first choice leads it by {5})',
      JSON.stringify(worst.token),
      percent(worst.found),
      percent(worst.p),
      fixed(average, 3),
      compact(mean),
      fixed(above, 2),
    ),
  };
}

/** Follows the published continuation: each of its tokens must be the model's first choice, give or take the tolerance. */
async function checkGreedy(
  model: TestedModel,
  { tokens, ids, prompt }: GreedyRun,
  { most }: Tolerance,
  signal?: AbortSignal,
): Promise<Check> {
  const name = l10n.t('continuation of {0}', JSON.stringify(tokens.slice(0, prompt).join('')));
  for (let i = prompt; i < ids.length; i++) {
    const logits = await model.logits({ text: tokens.slice(0, i).join('') }, signal);
    const behind = logits.reduce((a, b) => Math.max(a, b)) - logits[ids[i]];
    if (!(behind <= most)) {
      const detail = l10n.t(
        '{0}, token {1} of it, lies {2} nats behind',
        JSON.stringify(tokens[i]),
        i - prompt + 1,
        fixed(behind, 2),
      );
      return { name, passed: false, detail };
    }
  }
  return { name, passed: true, detail: l10n.t('{0} of {0} tokens as published', ids.length - prompt) };
}
