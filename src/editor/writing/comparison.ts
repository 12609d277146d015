import { distinctN, repetitionRate } from '../../core/analysis/likelihood';
import type { GenerationConfig } from '../../core/decoding/options';
import { escapeText } from '../../pictures/svg';
import { button, commandUri } from '../reports/html';
import { describeConfig } from './presets';

/** A strategy to compare, and what sets it apart. */
export interface Strategy {
  readonly name: string;
  readonly config: GenerationConfig;
  readonly why: string;
}

/** The strategies that `Inkling: Compare Strategies` runs, from the most to the least predictable. */
export const STRATEGIES: readonly Strategy[] = [
  {
    name: 'Greedy',
    config: { doSample: false },
    why: 'The most probable token at every step: sure of each word, and soon going round in circles.',
  },
  {
    name: 'Beam search',
    config: { doSample: false, numBeams: 4 },
    why: 'Keeps the four most probable texts so far: likelier as a whole than greedy, and even blander.',
  },
  {
    name: 'Contrastive search',
    config: { penaltyAlpha: 0.6, topK: 4 },
    why: 'Of the four best tokens the one least like what was said: probable, without the circles.',
  },
  {
    name: 'Temperature 0.5',
    config: { doSample: true, temperature: 0.5, topK: 0 },
    why: 'Draws at random, with the likely made likelier: close to greedy, with a way out of its circles.',
  },
  {
    name: 'Temperature 1.0',
    config: { doSample: true, temperature: 1, topK: 0 },
    why: 'Draws with the probabilities of the model as they are: as varied as its training text, slips included.',
  },
  {
    name: 'Temperature 1.5',
    config: { doSample: true, temperature: 1.5, topK: 0 },
    why: 'Flattens the probabilities: the long tail of unlikely tokens takes over, and sense is lost.',
  },
  {
    name: 'Top-k 40',
    config: { doSample: true, temperature: 1, topK: 40 },
    why: 'Draws among the 40 best only: no nonsense from the tail, whether 2 or 2,000 words would fit.',
  },
  {
    name: 'Top-p 0.92',
    config: { doSample: true, temperature: 1, topK: 0, topP: 0.92 },
    why: 'Draws among the fewest tokens that make up 92 %: few where the model is sure, many where it is not.',
  },
];

/** What to run for a strategy: a seed goes to those that draw. */
export function configOf({ config }: Strategy, maxNewTokens: number, seed: number): GenerationConfig {
  return { ...config, maxNewTokens, ...(config.doSample && { seed }) };
}

/** A continuation in the making. */
export interface Contestant {
  readonly strategy: Strategy;
  readonly text: string;
  readonly ids: readonly number[];
  /** Set when it is complete. */
  readonly result?: { readonly meanLogprob: number; readonly seconds: number };
  /** Why there is none. */
  readonly error?: string;
}

/** The id of a strategy's text and figures in the report. */
export function partId(index: number): string {
  return `strategy-${index}`;
}

/** The comparison as a report: what sets each strategy apart, then what it wrote, side by side. */
export function comparisonReport(prompt: string, contestants: readonly Contestant[]): string {
  const cards = contestants.map((contestant, index) => {
    const { strategy } = contestant;
    const config = describeConfig(strategy.config) || 'greedy';
    return [
      `<section class="card"><h2>${escapeText(strategy.name)}</h2>`,
      `<p class="muted">${escapeText(strategy.why)} <code>${escapeText(config)}</code></p>`,
      `<div id="${partId(index)}">${contestantPart(contestant)}</div>`,
      button('Insert this one', commandUri('inkling.insertContinuation', index)),
      '</section>',
    ].join('');
  });
  return [
    '<h1>One beginning, continued in different ways</h1>',
    `<p class="prompt">…${escapeText(prompt)}</p>`,
    `<div class="cards">${cards.join('')}</div>`,
  ].join('');
}

/** What a strategy has written so far, and its figures. */
export function contestantPart({ text, ids, result, error }: Contestant): string {
  const written = `<blockquote>${escapeText(text)}</blockquote>`;
  if (error !== undefined) return `${written}<p>${escapeText(error)}</p>`;
  if (!result) return `${written}<p class="muted">${ids.length > 0 ? `Writing: ${ids.length} tokens` : 'Waiting'}</p>`;
  const figures = [
    [
      'Mean log-probability',
      result.meanLogprob.toFixed(2),
      'How likely its tokens were on average: the nearer to 0, the safer.',
    ],
    [
      'Distinct-2',
      distinctN(ids, 2).toFixed(2),
      'The share of its pairs of tokens that are different: 1 when none comes twice.',
    ],
    [
      'Repetition',
      `${(repetitionRate(ids) * 100).toFixed(0)} %`,
      'The share of its tokens that repeat a run said just before.',
    ],
    ['Time', `${result.seconds.toFixed(1)} s for ${ids.length} tokens`, 'How long the model took.'],
  ];
  const facts = figures.map(
    ([name, value, explanation]) => `<div title="${escapeText(explanation)}"><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return `${written}<dl>${facts.join('')}</dl>`;
}
