import * as l10n from '@vscode/l10n';
import { distinctN, repetitionRate } from '../../core/analysis/likelihood';
import type { GenerationConfig } from '../../core/decoding/options';
import { endOf } from '../../core/text/lines';
import { decimal, fixed, plural, whole } from '../../core/text/locale';
import { escapeText } from '../../pictures/svg';
import { button, commandUri } from '../reports/html';
import { describeConfig } from './presets';

/** A strategy to compare, and what distinguishes it. */
export interface Strategy {
  readonly name: string;
  readonly config: GenerationConfig;
  readonly why: string;
}

/** The strategies that `Inkling: Compare Strategies` runs, from the most to the least predictable. */
export function strategies(): readonly Strategy[] {
  return [
    {
      name: l10n.t('Greedy'),
      config: { doSample: false },
      why: l10n.t('The most probable token at every step: sure of each word, and soon going round in circles.'),
    },
    {
      name: l10n.t('Beam search'),
      config: { doSample: false, numBeams: 4 },
      why: l10n.t('Keeps the four most probable texts so far: likelier as a whole than greedy, and even blander.'),
    },
    {
      name: l10n.t('Contrastive search'),
      config: { penaltyAlpha: 0.6, topK: 4 },
      why: l10n.t('Of the four best tokens the one least like what was said: probable, without the circles.'),
    },
    {
      name: l10n.t('Temperature {0}', fixed(0.5, 1)),
      config: { doSample: true, temperature: 0.5, topK: 0 },
      why: l10n.t('Draws at random, with the likely made likelier: close to greedy, with a way out of its circles.'),
    },
    {
      name: l10n.t('Temperature {0}', fixed(1, 1)),
      config: { doSample: true, temperature: 1, topK: 0 },
      why: l10n.t(
        'Draws with the probabilities of the model as they are: as varied as its training text, slips included.',
      ),
    },
    {
      name: l10n.t('Temperature {0}', fixed(1.5, 1)),
      config: { doSample: true, temperature: 1.5, topK: 0 },
      why: l10n.t('Flattens the probabilities: the long tail of unlikely tokens takes over, and sense is lost.'),
    },
    {
      name: l10n.t('Top-k {0}', 40),
      config: { doSample: true, temperature: 1, topK: 40 },
      why: l10n.t('Draws among the 40 best only: no nonsense from the tail, whether 2 or 2,000 words would fit.'),
    },
    {
      name: l10n.t('Top-p {0}', fixed(0.92, 2)),
      config: { doSample: true, temperature: 1, topK: 0, topP: 0.92 },
      why: l10n.t(
        'Draws among the fewest tokens that make up 92 %: few where the model is sure, many where it is not.',
      ),
    },
  ];
}

/** The config for a strategy; only those that sample get a seed. */
export function configOf({ config }: Strategy, maxNewTokens: number, seed: number): GenerationConfig {
  return { ...config, maxNewTokens, ...(config.doSample && { seed }) };
}

/** A continuation in progress. */
export interface Contestant {
  readonly strategy: Strategy;
  readonly text: string;
  readonly ids: readonly number[];
  /** Set once it is complete. */
  readonly result?: { readonly meanLogprob: number; readonly seconds: number };
  /** Why it failed. */
  readonly error?: string;
}

/** Element id of a strategy's text and figures in the report. */
export function partId(index: number): string {
  return `strategy-${index}`;
}

/** Characters of the prompt that are shown. */
const PROMPT_SHOWN = 200;

/** The end of the prompt, with an ellipsis where it was cut. */
function endShown(prompt: string): string {
  const end = endOf(prompt, PROMPT_SHOWN);
  return end === prompt ? end : `…${end}`;
}

/** The report: what distinguishes each strategy, then what it wrote, side by side. */
export function comparisonReport(prompt: string, contestants: readonly Contestant[]): string {
  const cards = contestants.map((contestant, index) => {
    const { strategy } = contestant;
    const config = describeConfig(strategy.config) || 'greedy';
    return [
      `<section class="card"><h2>${escapeText(strategy.name)}</h2>`,
      `<p class="muted">${escapeText(strategy.why)} <code>${escapeText(config)}</code></p>`,
      `<div id="${partId(index)}">${contestantPart(contestant)}</div>`,
      button(l10n.t('Insert this one'), commandUri('inkling.insertContinuation', index)),
      '</section>',
    ].join('');
  });
  return [
    `<h1>${escapeText(l10n.t('One beginning, continued in different ways'))}</h1>`,
    `<p class="prompt">${escapeText(endShown(prompt))}</p>`,
    `<div class="cards">${cards.join('')}</div>`,
  ].join('');
}

/** The text and figures of a strategy so far. */
export function contestantPart({ text, ids, result, error }: Contestant): string {
  const written = `<blockquote>${escapeText(text)}</blockquote>`;
  if (error !== undefined) return `${written}<p>${escapeText(error)}</p>`;
  if (!result) return `${written}<p class="muted">${escapeText(progressText(ids.length))}</p>`;
  const figures = [
    [
      l10n.t('Mean log-probability'),
      decimal(result.meanLogprob),
      l10n.t('How likely its tokens were on average: the nearer to 0, the safer.'),
    ],
    [
      'Distinct-2',
      fixed(distinctN(ids, 2), 2),
      l10n.t('The share of its pairs of tokens that are different: 1 when none comes twice.'),
    ],
    [
      l10n.t('Repetition'),
      `${fixed(repetitionRate(ids) * 100, 0)} %`,
      l10n.t('The share of its tokens that repeat a run said just before.'),
    ],
    [l10n.t('Time'), timeText(result.seconds, ids.length), l10n.t('How long the model took.')],
  ];
  const facts = figures.map(
    ([name, value, explanation]) =>
      `<div title="${escapeText(explanation)}"><dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd></div>`,
  );
  return `${written}<dl>${facts.join('')}</dl>`;
}

function progressText(tokens: number): string {
  if (tokens === 0) return l10n.t('Waiting');
  return plural(tokens, l10n.t('Writing: {0} token', whole(tokens)), l10n.t('Writing: {0} tokens', whole(tokens)));
}

function timeText(seconds: number, tokens: number): string {
  return plural(
    tokens,
    l10n.t('{0} s for {1} token', fixed(seconds, 1), whole(tokens)),
    l10n.t('{0} s for {1} tokens', fixed(seconds, 1), whole(tokens)),
  );
}
