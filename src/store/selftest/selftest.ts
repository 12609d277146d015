import * as l10n from '@vscode/l10n';
import { perplexity } from '../../core/analysis';
import { logSoftmax, percent } from '../../core/logits';
import { compact, fixed, whole } from '../../core/text/locale';
import type { Engine, Precision } from '../../engine/api';
import type { CatalogueModel } from '../catalogue';
import { StoreError } from '../errors';
import { type Language, languageOf, paragraphs } from './paragraphs';
import { type GreedyRun, type NextTokenTable, references } from './references';

/** The part of an engine that the self-test needs. */
export type TestedModel = Pick<Engine, 'logits' | 'score'>;

export interface SelfTestSubject {
  readonly name: string;
  readonly precision: Precision;
  /** The catalogue's entry, if it is one of its models; other models get structural checks. */
  readonly known?: Pick<CatalogueModel, 'id' | 'language' | 'kind'>;
  /** Vocabulary size of a model with its own tokenizer, which may be for another language. */
  readonly ownTokens?: number;
  /** Context length in tokens; 1,024 by default. */
  readonly contextLength?: number;
  readonly signal?: AbortSignal;
}

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, compared with what was expected. */
  readonly detail: string;
}

/**
 * Tolerated deviation of a log-probability in nats, per precision; a wrong model is off by whole nats. fp32 needs some
 * too, as it is unknown whether published figures were rounded or truncated.
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

/**
 * Limits of perplexity on plain prose: for any model of the language, where word frequencies alone reach about 1,500,
 * and for a model of the catalogue.
 */
const SANE_PERPLEXITY = 1500;
const KNOWN_PERPLEXITY = { english: 60, other: 500 };

/** Compares a compiled model with what is known about it. */
export async function selfTest(model: TestedModel, subject: SelfTestSubject): Promise<Check[]> {
  const { precision, known, contextLength = 1024, signal } = subject;
  // Must come first, while the model's cache is empty.
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
 * Runs the self-test.
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

/** Paragraphs that the model should predict well, and the limit of perplexity. */
function proseFor({ known, ownTokens }: SelfTestSubject): {
  readonly languages: readonly Language[];
  readonly limit: number;
} {
  const language = known && languageOf(known.language);
  if (language !== undefined && known?.kind === undefined) {
    return { languages: [language], limit: language === 'English' ? KNOWN_PERPLEXITY.english : KNOWN_PERPLEXITY.other };
  }
  // The language is unknown, but a trained model does far better than chance in one of these.
  const languages = Object.keys(paragraphs) as Language[];
  if (ownTokens === undefined) {
    // Other alphabets are a few bytes over and over to GPT-2's own tokenizer: easy even for a model of another one.
    return { languages: languages.filter((each) => IN_LATIN.test(paragraphs[each])), limit: SANE_PERPLEXITY };
  }
  return { languages, limit: Math.max(SANE_PERPLEXITY, ownTokens / 4) };
}

const IN_LATIN = /^[\p{Script=Latin}\P{L}]+$/u;

/** Passes with the first paragraph below the limit. */
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

/**
 * Indices of the words before which the model is queried, far enough apart for the text between to be read in one
 * batch.
 */
const ASKED_BEFORE = [40, 74];

/**
 * Text that is read in one batch must give the same predictions as text that is scored token by token, despite
 * different rounding. Skipped where the tokenizer does not split before these words.
 */
async function checkReading(
  model: TestedModel,
  contextLength: number,
  { mean, most }: Tolerance,
  signal?: AbortSignal,
): Promise<Check[]> {
  // One byte per token at least, so the text fits the context; a longer one would be scored in windows with less
  // context.
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

/** Follows a published continuation: each token must be the model's most probable one, within the tolerance. */
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
