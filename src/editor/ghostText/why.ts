import * as l10n from '@vscode/l10n';
import type { Calibration } from '../../core/ghostText/calibration';
import { worth } from '../../core/ghostText/gate';
import { percent } from '../../core/logits';
import { endOf } from '../../core/text/lines';
import { decimal, plural, whole } from '../../core/text/locale';
import type { CompleteRequest, Completion, CompletionReason, ModelInfo, Suggestion } from '../../engine/api';
import { escapeText } from '../../pictures/svg';
import { because, type EnergySaving } from '../energySaving/energySaving';
import { barCell, button, commandUri, sentence, tokenHtml } from '../reports/html';
import type { Outcome } from './inlineCompletions';

/** Why a suggestion ends, or why there is none, as a sentence. */
function ending(reason: CompletionReason): string {
  switch (reason) {
    case 'sentence':
      return l10n.t('The sentence was complete.');
    case 'newline':
      return l10n.t('The line was complete.');
    case 'budget':
      return l10n.t('The longest length allowed was reached (inkling.ghostText.maxTokens).');
    case 'end-of-text':
      return l10n.t('The model saw the end of the text there.');
    case 'unsure':
      return l10n.t('The model was not sure enough of the next word.');
    case 'empty':
      return l10n.t('The model had nothing to add.');
    case 'repeats':
      return l10n.t('What came next repeats the text around the cursor.');
    case 'mid-word':
      return l10n.t('The word goes on to the right of the cursor.');
    case 'unfinished':
      return l10n.t('The model was still at work.');
    case 'repetition':
      return l10n.t('The text began to go in circles.');
    case 'unbalanced':
      return l10n.t('The text left a quote or a bracket unbalanced.');
    case 'boilerplate':
      return l10n.t('The text turned into a stock phrase of web pages.');
    case 'blocked-word':
      return l10n.t('A blocked word came next (inkling.ghostText.blockedWords).');
  }
}

/** A sentence on why nothing is suggested, with the numbers, or that there is a suggestion after all. */
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
    const isShort = energySaving !== undefined && ended === 'budget';
    return [
      l10n.t('There is a suggestion here: “{0}”.', text),
      ...(isShort ? [l10n.t('It is short, to save energy.'), because(energySaving)] : []),
    ].join(' ');
  }
  if (heldBack === undefined) return `${l10n.t('There is nothing to suggest.')} ${ending(reason)}`;
  const { worth, wanted } = heldBack;
  if (wanted === Number.POSITIVE_INFINITY) {
    return l10n.t('Nothing is suggested at a rate of 0 (inkling.ghostText.triggerRate).');
  }
  if (worth < wanted) {
    return l10n.t(
      'It is not worth a glance: it can be expected to save {0} characters, and {1} are asked for (inkling.ghostText.triggerRate).',
      decimal(worth),
      decimal(wanted),
    );
  }
  return l10n.t('What could be suggested would be gone, or be typed, sooner than it is read.');
}

/** A report on why there is no suggestion, and what can be done about it. */
export function whyNotReport(reason: string): string {
  return [
    `<h1>${escapeText(l10n.t('Why no suggestion?'))}</h1>`,
    `<p class="lead">${sentence(reason)}</p>`,
    '<p>',
    button(l10n.t('Suggest now'), commandUri('inkling.suggestNow')),
    button(l10n.t('Explain next token'), commandUri('inkling.explainNextToken')),
    '</p>',
  ].join('');
}

/** A link to a passage in the writer's own texts. */
export interface PassageLink {
  /** Displayed document and line. */
  readonly label: string;
  readonly uri: string;
}

/** Everything needed to explain a suggestion. */
export interface Explained {
  readonly request: CompleteRequest;
  readonly completion: Completion;
  readonly model: ModelInfo;
  readonly energySaving?: EnergySaving;
  /** Passages that words come from, by `uri#offset`. */
  readonly links?: ReadonlyMap<string, PassageLink>;
}

/**
 * A report on how the suggestions were made: the reasons in words, then their tokens side by side, then how to
 * reproduce them.
 */
export function whyThis({ request, completion, model, energySaving, links }: Explained): string {
  const [first] = completion.suggestions;
  const others = completion.suggestions.length - 1;
  return [
    `<h1>${escapeText(l10n.t('Why “{0}”?', (first?.text ?? '').trim()))}</h1>`,
    `<p class="lead">${escapeText(
      l10n.t(
        'After “{0}” {1} wrote it token by token, each time the most probable one.',
        tail(request.prefix),
        model.name,
      ),
    )} ${first ? verdict(first, model.calibration) : ''}</p>`,
    ...(others > 0 ? [`<p>${escapeText(othersText(others))}</p>`] : []),
    ...(energySaving ? [`<p>${shortened(request.maxTokens ?? 0, energySaving)}</p>`] : []),
    `<div class="cards">${completion.suggestions.map((suggestion) => card(suggestion, model.calibration, links)).join('')}</div>`,
    `<h2>${escapeText(l10n.t('To reproduce it'))}</h2>`,
    `<p>${escapeText(modelText(model))} ${escapeText(
      l10n.t(
        'Ghost text takes the most probable token at each step, so there is no seed: the same text, settings and memory of your texts give the same suggestion.',
      ),
    )}</p>`,
    `<details><summary>${escapeText(l10n.t('The request'))}</summary><pre><code>${escapeText(
      JSON.stringify({ ...request, prefix: endOf(request.prefix, 1000) }, finite, 2),
    )}</code></pre></details>`,
  ].join('\n');
}

function modelText(model: ModelInfo): string {
  if (model.server) return l10n.t('The model is {0}, on the server {1}.', model.name, model.server.host);
  const { name, precision, layers, heads, width } = model;
  return l10n.t('The model is {0} ({1}; layers: {2}; heads: {3}; width: {4}).', name, precision, layers, heads, width);
}

function othersText(count: number): string {
  return plural(
    count,
    l10n.t('{0} other suggestion stands beside it.', whole(count)),
    l10n.t('{0} other suggestions stand beside it.', whole(count)),
  );
}

function shortened(tokens: number, energySaving: EnergySaving): string {
  return sentence(
    `${l10n.t('To save energy {0} tokens are suggested at most.', whole(tokens))} ${because(energySaving)}`,
  );
}

/** The last words before the cursor, with an ellipsis if there are more. */
function tail(prefix: string): string {
  const end = endOf(prefix, 60);
  return end === prefix ? end.trim() : `…${end.replace(/^\S*\s/, '').trim()}`;
}

/** The model's confidence, in a sentence or two. */
function verdict({ tokens, ended, words }: Suggestion, calibration: Calibration | undefined): string {
  const least = Math.min(...tokens.map(({ logprob }) => logprob));
  return sentence(
    [
      ...(tokens.length > 0 ? [l10n.t('The least sure of them had {0}.', percent(Math.exp(least)))] : []),
      endsText(ended),
      l10n.t('It can be expected to save {0} characters.', decimal(worth({ words }, calibration))),
    ].join(' '),
  );
}

function endsText(ended: CompletionReason): string {
  return `${l10n.t('It ends there.')} ${ending(ended)}`;
}

function card(
  suggestion: Suggestion,
  calibration: Calibration | undefined,
  links: ReadonlyMap<string, PassageLink> = new Map(),
): string {
  const { text, tokens, healed, masked, confidence, words, ended } = suggestion;
  const rows = tokens.map(({ text, logprob, rank, runnerUp, origin }) => {
    const other = runnerUp ? `${tokenHtml(runnerUp.text)} ${percent(Math.exp(runnerUp.logprob))}` : '';
    return (
      `<tr><th scope="row">${tokenHtml(text)}</th>${barCell(Math.exp(logprob), percent(Math.exp(logprob)))}` +
      `<td class="number">${whole(rank + 1)}</td><td>${other}</td><td>${from(origin, links)}</td></tr>`
    );
  });
  const head = [l10n.t('Token'), l10n.t('Probability'), l10n.t('Rank'), l10n.t('Runner-up'), l10n.t('Made likely by')];
  const note = escapeText(
    l10n.t(
      'The first tokens spell {0} again, which was typed already; it ruled out {1} of what the model might have said there.',
      TOKEN,
      percent(masked),
    ),
  ).replace(TOKEN, () => tokenHtml(healed));
  return [
    `<section class="card"><h2>${tokenHtml(text)}</h2>`,
    '<dl>',
    fact(
      l10n.t('Confidence'),
      decimal(Math.exp(confidence)),
      l10n.t('The geometric mean of the probabilities of its tokens.'),
    ),
    fact(
      l10n.t('Expected to save'),
      l10n.t('{0} characters', decimal(worth({ words }, calibration))),
      l10n.t('Its length, weighed by how likely it is right.'),
    ),
    '</dl>',
    `<div class="scroll"><table><thead><tr>${head.map((name) => `<th scope="col">${escapeText(name)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.join('')}</tbody></table></div>`,
    `<p class="muted">${sentence(endsText(ended))}</p>`,
    healed ? `<p class="muted">${note}</p>` : '',
    '</section>',
  ].join('');
}

function fact(name: string, value: string, explanation: string): string {
  return `<div title="${escapeText(explanation)}"><dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd></div>`;
}

/** The source of most of a token's probability, with a passage that supports it. */
function from(origin: Suggestion['tokens'][number]['origin'], links: ReadonlyMap<string, PassageLink>): string {
  if (origin === undefined) return escapeText(l10n.t('the model'));
  const { model, document, near, far, passage } = origin;
  const files = near + far;
  const isModel = model >= Math.max(document, files);
  const [name, share] = isModel
    ? [l10n.t('the model'), model]
    : document >= files
      ? [l10n.t('this document'), document]
      : [l10n.t('another file'), files];
  const link = passage && !isModel ? links.get(`${passage.uri}#${passage.offset}`) : undefined;
  const place = link
    ? `: <a href="${escapeText(commandUri('vscode.open', link.uri))}">${escapeText(link.label)}</a>`
    : '';
  return `${escapeText(name)} (${escapeText(percent(share))})${place}`;
}

/** Placeholder for a token while a sentence is formatted; a private-use character that no language has. */
const TOKEN = '\ue000';

/** JSON has no infinity. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
