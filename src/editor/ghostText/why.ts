import { worth } from '../../core/ghostText/gate';
import { percent } from '../../core/logits';
import { endOf } from '../../core/text/lines';
import type { CompleteRequest, Completion, CompletionReason, ModelInfo, Suggestion } from '../../engine/api';
import { because, type EnergySaving } from '../energySaving/energySaving';
import type { Outcome } from './inlineCompletions';

const ENDINGS: Record<CompletionReason, string> = {
  sentence: 'the sentence was complete',
  newline: 'the line was complete',
  budget: 'it had reached the longest length allowed (inkling.ghostText.maxTokens)',
  'end-of-text': 'the model saw the end of the text there',
  unsure: 'the model was not sure enough of the next word',
  empty: 'the model had nothing to add',
  repeats: 'what came next repeats the text around the cursor',
  'mid-word': 'the word goes on to the right of the cursor',
  unfinished: 'the model was still at work',
  repetition: 'it began to go in circles',
  unbalanced: 'it left a quote or a bracket unbalanced',
  boilerplate: 'it turned into a stock phrase of web pages',
  'blocked-word': 'a blocked word came next (inkling.ghostText.blockedWords)',
};

/** One sentence on why nothing is suggested, with the numbers, or on there being a suggestion after all. */
export function whyNot(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'suppressed':
      return outcome.suppression.message;
    case 'failed':
      return outcome.message;
    case 'answered':
      return whyAnswered(outcome);
  }
}

function whyAnswered({ completion, energySaving }: Extract<Outcome, { kind: 'answered' }>): string {
  const { suggestions, reason, heldBack } = completion;
  if (suggestions.length > 0) {
    const [{ text, ended }] = suggestions;
    const short = energySaving && ended === 'budget' ? ` It is short ${because(energySaving)}.` : '';
    return `There is a suggestion here: “${text}”.${short}`;
  }
  if (heldBack === undefined) return `Nothing to suggest: ${ENDINGS[reason]}.`;
  const { worth, wanted } = heldBack;
  if (wanted === Number.POSITIVE_INFINITY) {
    return 'Nothing is suggested at a rate of 0 (inkling.ghostText.triggerRate).';
  }
  if (worth < wanted) {
    return (
      `It is not worth a glance: it can be expected to save ${decimal(worth)} characters, ` +
      `and ${decimal(wanted)} are asked for (inkling.ghostText.triggerRate).`
    );
  }
  return 'What could be suggested would be gone, or be typed, sooner than it is read.';
}

/** What a suggestion came of. */
export interface Explained {
  readonly request: CompleteRequest;
  readonly completion: Completion;
  readonly model: ModelInfo;
  readonly energySaving?: EnergySaving;
  /** Links to the passages that words come from, by `uri#offset`. */
  readonly links?: ReadonlyMap<string, string>;
}

/** A Markdown page on how the suggestions came about: their tokens, where they stop, and how to reproduce them. */
export function whyThis({ request, completion, model, energySaving, links }: Explained): string {
  return [
    '# Why this suggestion?',
    '',
    `After ${code(endOf(request.prefix, 60))}:`,
    '',
    ...completion.suggestions.flatMap((suggestion) => [...tokenTable(suggestion, links), '']),
    ...(energySaving ? [`At most ${request.maxTokens} tokens are suggested ${because(energySaving)}.`] : []),
    '',
    '## To reproduce it',
    '',
    `Model ${model.name} (${model.precision}, ${model.layers} layers, ${model.heads} heads, width ${model.width}). ` +
      'Ghost text takes the most probable token at each step, so there is no seed: the same text, settings and memory ' +
      'of your texts give the same suggestion.',
    '',
    '```json',
    JSON.stringify({ ...request, prefix: endOf(request.prefix, 1000) }, finite, 2),
    '```',
    '',
  ].join('\n');
}

function tokenTable(suggestion: Suggestion, links: ReadonlyMap<string, string> = new Map()): string[] {
  const { text, tokens, healed, masked, confidence, words, ended } = suggestion;
  const rows = tokens.map(({ text, logprob, rank, runnerUp, origin }) => {
    const other = runnerUp ? `${code(runnerUp.text)} ${percent(Math.exp(runnerUp.logprob))}` : '';
    return `| ${code(text)} | ${percent(Math.exp(logprob))} | ${rank + 1} | ${other} | ${from(origin, links)} |`;
  });
  const note =
    `The first tokens spell ${code(healed)} again, which was typed already; it ruled out ` +
    `${percent(masked)} of what the model might have said there.`;
  return [
    `## ${code(text)}`,
    '',
    `Confidence ${decimal(Math.exp(confidence))}. It can be expected to save ${decimal(worth({ words }))} characters.`,
    '',
    '| Token | Probability | Rank | Runner-up | Made likely by |',
    '|---|---:|---:|---|---|',
    ...rows,
    '',
    `It ends there because ${ENDINGS[ended]}.`,
    ...(healed ? ['', note] : []),
  ];
}

/** Who made a token likely: the one who gave most of its probability, with a passage that says the same. */
function from(origin: Suggestion['tokens'][number]['origin'], links: ReadonlyMap<string, string>): string {
  if (origin === undefined) return 'the model';
  const { model, document, near, far, passage } = origin;
  const files = near + far;
  const [name, share] =
    model >= Math.max(document, files)
      ? ['the model', model]
      : document >= files
        ? ['this document', document]
        : ['another file', files];
  const link = passage && name !== 'the model' ? links.get(`${passage.uri}#${passage.offset}`) : undefined;
  return `${name} (${percent(share)})${link ? `: ${link}` : ''}`;
}

/** JSON has no infinity. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function code(text: string): string {
  const visible = text.replaceAll('\n', '⏎').replaceAll('|', '\\|');
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const room = /^`|`$|^ .* $/.test(visible) ? ' ' : '';
  return `${fence}${room}${visible}${room}${fence}`;
}

function decimal(value: number): string {
  return value.toFixed(2);
}
