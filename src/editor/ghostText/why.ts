import { worth } from '../../core/ghostText/gate';
import { percent } from '../../core/logits';
import { endOf } from '../../core/text/lines';
import type { CompleteRequest, Completion, CompletionReason, ModelInfo, Suggestion } from '../../engine/api';
import { escapeText } from '../../pictures/svg';
import { because, type EnergySaving } from '../energySaving/energySaving';
import { barCell, button, commandUri, sentence, tokenHtml } from '../reports/html';
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

/** A report on there being no suggestion: the reason, and what can be done about it. */
export function whyNotReport(reason: string): string {
  return [
    '<h1>Why no suggestion?</h1>',
    `<p class="lead">${sentence(reason)}</p>`,
    '<p>',
    button('Suggest now', commandUri('inkling.suggestNow')),
    button('Explain next token', commandUri('inkling.explainNextToken')),
    '</p>',
  ].join('');
}

/** A passage of the writer's own texts. */
export interface PassageLink {
  /** Its document and line, as they are called on screen. */
  readonly label: string;
  readonly uri: string;
}

/** What a suggestion came of. */
export interface Explained {
  readonly request: CompleteRequest;
  readonly completion: Completion;
  readonly model: ModelInfo;
  readonly energySaving?: EnergySaving;
  /** Passages that words come from, by `uri#offset`. */
  readonly links?: ReadonlyMap<string, PassageLink>;
}

/**
 * A report on how the suggestions came about: why in words, then their tokens side by side, then how to reproduce them.
 */
export function whyThis({ request, completion, model, energySaving, links }: Explained): string {
  const [first] = completion.suggestions;
  const others = completion.suggestions.length - 1;
  return [
    `<h1>Why “${escapeText((first?.text ?? '').trim())}”?</h1>`,
    `<p class="lead">After “${escapeText(tail(request.prefix))}” ${escapeText(model.name)} wrote it token by token, ` +
      `each time the most probable one. ${first ? verdict(first) : ''}</p>`,
    ...(others > 0 ? [`<p>${others === 1 ? 'Another one stands' : `${others} others stand`} beside it.</p>`] : []),
    ...(energySaving
      ? [`<p>${sentence(`At most ${request.maxTokens} tokens are suggested ${because(energySaving)}.`)}</p>`]
      : []),
    `<div class="cards">${completion.suggestions.map((suggestion) => card(suggestion, links)).join('')}</div>`,
    '<h2>To reproduce it</h2>',
    `<p>Model ${escapeText(modelText(model))}. Ghost text takes the most probable token at each step, so there is no seed: the same text, ` +
      'settings and memory of your texts give the same suggestion.</p>',
    `<details><summary>The request</summary><pre><code>${escapeText(
      JSON.stringify({ ...request, prefix: endOf(request.prefix, 1000) }, finite, 2),
    )}</code></pre></details>`,
  ].join('\n');
}

function modelText(model: ModelInfo): string {
  if (model.server) return `${model.name}, on the server ${model.server.host}`;
  const { name, precision, layers, heads, width } = model;
  return `${name} (${precision}, ${layers} layers, ${heads} heads, width ${width})`;
}

/** The last words before the cursor, and a sign that there are more. */
function tail(prefix: string): string {
  const end = endOf(prefix, 60);
  return end === prefix ? end.trim() : `…${end.replace(/^\S*\s/, '').trim()}`;
}

/** How sure the model was, in a sentence or two. */
function verdict({ tokens, ended, words }: Suggestion): string {
  const least = Math.min(...tokens.map(({ logprob }) => logprob));
  const sure = tokens.length > 0 ? `The least sure of them had ${percent(Math.exp(least))}. ` : '';
  return sentence(
    `${sure}It ends there because ${ENDINGS[ended]}, and can be expected to save ${decimal(worth({ words }))} characters.`,
  );
}

function card(suggestion: Suggestion, links: ReadonlyMap<string, PassageLink> = new Map()): string {
  const { text, tokens, healed, masked, confidence, words, ended } = suggestion;
  const rows = tokens.map(({ text, logprob, rank, runnerUp, origin }) => {
    const other = runnerUp ? `${tokenHtml(runnerUp.text)} ${percent(Math.exp(runnerUp.logprob))}` : '';
    return (
      `<tr><th scope="row">${tokenHtml(text)}</th>${barCell(Math.exp(logprob), percent(Math.exp(logprob)))}` +
      `<td class="number">${rank + 1}</td><td>${other}</td><td>${from(origin, links)}</td></tr>`
    );
  });
  const head = ['Token', 'Probability', 'Rank', 'Runner-up', 'Made likely by'];
  const note =
    `<p class="muted">The first tokens spell ${tokenHtml(healed)} again, which was typed already; it ruled out ` +
    `${percent(masked)} of what the model might have said there.</p>`;
  return [
    `<section class="card"><h2>${tokenHtml(text)}</h2>`,
    '<dl>',
    fact('Confidence', decimal(Math.exp(confidence)), 'The geometric mean of the probabilities of its tokens.'),
    fact(
      'Expected to save',
      `${decimal(worth({ words }))} characters`,
      'Its length, weighed by how likely it is right.',
    ),
    '</dl>',
    `<div class="scroll"><table><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.join('')}</tbody></table></div>`,
    `<p class="muted">${sentence(`It ends there because ${ENDINGS[ended]}.`)}</p>`,
    healed ? note : '',
    '</section>',
  ].join('');
}

function fact(name: string, value: string, explanation: string): string {
  return `<div title="${escapeText(explanation)}"><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Who made a token likely: the one who gave most of its probability, with a passage that says the same. */
function from(origin: Suggestion['tokens'][number]['origin'], links: ReadonlyMap<string, PassageLink>): string {
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
  const place = link
    ? `: <a href="${escapeText(commandUri('vscode.open', link.uri))}">${escapeText(link.label)}</a>`
    : '';
  return `${name} (${percent(share)})${place}`;
}

/** JSON has no infinity. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function decimal(value: number): string {
  return value.toFixed(2);
}
