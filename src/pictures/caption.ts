import * as l10n from '@vscode/l10n';
import { isWord } from '../core/analysis';
import { percent } from '../core/logits';
import { endOf } from '../core/text/lines';
import { decimal, fixed, plural, whole } from '../core/text/locale';
import type { Figure } from './figure';
import { speak, spell } from './spelling';

/** Longest quotation of the text in a title. */
const QUOTED = 60;
/** Most rows mentioned in a description. */
const READ_OUT = 5;

/** A one-line title of a figure. */
export function titleOf(figure: Figure): string {
  const text = quotable(figure.text);
  switch (figure.kind) {
    case 'tokens': {
      const [count, model] = [figure.tokens.length, figure.origin.model?.name];
      if (model === undefined) {
        return plural(count, l10n.t('{0} token', whole(count)), l10n.t('{0} tokens', whole(count)));
      }
      return plural(
        count,
        l10n.t('{0} token as {1} reads it', whole(count), model),
        l10n.t('{0} tokens as {1} reads them', whole(count), model),
      );
    }
    case 'next':
      return l10n.t('Next token after “{0}”', text);
    case 'stages':
      return l10n.t('Stages of the next token after “{0}”', text);
    case 'beams':
      return l10n.t('Beam search after “{0}”', text);
    case 'attention':
      return l10n.t('Attention of the last token of “{0}”', text);
    case 'lens':
      return l10n.t('Logit lens of “{0}” after “{1}”', quotable(figure.candidate.text), text);
    case 'words':
      return l10n.t('Next word after “{0}”', text);
    case 'surprisal': {
      const count = figure.units.filter(({ text, bits }) => bits !== null && isWord(text)).length;
      return plural(
        count,
        l10n.t('Surprisal of {0} word', whole(count)),
        l10n.t('Surprisal of {0} words', whole(count)),
      );
    }
  }
}

/** The alternative text of a figure: its first and most important numbers. */
export function describe(figure: Figure): string {
  switch (figure.kind) {
    case 'tokens':
      return list(
        figure.tokens.map(({ text }) => speak(text)),
        4 * READ_OUT,
        ', ',
      );
    case 'next': {
      const said = list(figure.candidates.map(({ text, probability }) => `${speak(text)} ${percent(probability)}`));
      return `${said} ${l10n.t('Entropy {0} bits.', fixed(figure.entropyBits, 2))}`;
    }
    case 'stages':
      return list(
        figure.stages.map(({ name, survivors }) =>
          plural(
            survivors,
            l10n.t('{0}: {1} token possible', stageName(name), whole(survivors)),
            l10n.t('{0}: {1} tokens possible', stageName(name), whole(survivors)),
          ),
        ),
      );
    case 'beams':
      return list(figure.best.map(({ text, score }) => l10n.t('{0}, score {1}', speak(text), decimal(score))));
    case 'attention':
      return list(
        figure.tokens
          .toSorted((a, b) => b.weight - a.weight)
          .map(({ text, weight }) => `${speak(text)} ${percent(weight)}`),
      );
    case 'lens':
      return list(
        figure.layers.toReversed().map(({ layer, probability, says }) => {
          return l10n.t('layer {0} gives it {1} and would say {2}', layer, percent(probability), speak(says.text));
        }),
      );
    case 'words':
      return list(figure.words.map(({ text, probability }) => `${speak(text)} ${percent(probability)}`));
    case 'surprisal': {
      const scored = figure.units.flatMap(({ text, bits }) => (bits === null ? [] : [{ text, bits }]));
      const most = scored.toSorted((a, b) => b.bits - a.bits);
      return list(most.map(({ text, bits }) => l10n.t('{0}, {1} bits', speak(text), fixed(bits, 1))));
    }
  }
}

/**
 * The small print, one line per part: model, precision, settings, seed, and the command that reproduces the picture.
 */
export function smallPrint({ origin: { model, settings, withTexts, seed, command } }: Figure): string[] {
  const facts = [
    ...(model ? [model.name, model.precision] : []),
    ...Object.entries(settings).map(([name, value]) => (value === true ? name : `${name} ${value}`)),
    ...(withTexts ? [l10n.t('with your texts')] : []),
    ...(seed === undefined ? [] : [l10n.t('seed {0}', seed)]),
  ];
  return [...(facts.length > 0 ? [facts.join(' · ')] : []), command];
}

/** Display name of a decoding stage: options as on the command line, others in words. */
export function stageName(name: string): string {
  switch (name) {
    case 'raw':
      return l10n.t('raw');
    case 'penalties':
      return l10n.t('penalties');
    case 'temperature':
      return l10n.t('temperature');
    case 'texts':
      return l10n.t('your texts');
    case 'mixed':
      return l10n.t('with your texts');
    default:
      return name;
  }
}

/** Joins the first parts into a sentence that says if there are more. */
function list(parts: readonly string[], most = READ_OUT, separator = '; '): string {
  const said = parts.slice(0, most).join(separator);
  return parts.length > most ? l10n.t('{0}, and so on.', said) : l10n.t('{0}.', said);
}

/** The end of a text on one line, for quotation; bidirectional controls are made visible. */
function quotable(text: string): string {
  const line = endOf(text, 2 * QUOTED).replaceAll(/\s+/g, ' ');
  const end = text.length > QUOTED ? `…${endOf(line, QUOTED)}` : line;
  const spelled = spell(end, 'plain', Number.POSITIVE_INFINITY).map(({ kind, text }) =>
    kind === 'space' ? ' ' : text,
  );
  return spelled.join('');
}
