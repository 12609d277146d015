import { isWord } from '../core/analysis';
import { percent } from '../core/logits';
import type { Figure } from './figure';
import { speak, spell } from './spelling';

/** Longest part of a text that a title quotes. */
const QUOTED = 60;
/** Rows that a description reads out. */
const READ_OUT = 5;

/** What a picture shows, in one line. */
export function titleOf(figure: Figure): string {
  const { text } = figure;
  switch (figure.kind) {
    case 'tokens':
      return `${figure.tokens.length} tokens${by(figure)}`;
    case 'next':
      return `Next token after ${quoted(text)}`;
    case 'stages':
      return `Stages of the next token after ${quoted(text)}`;
    case 'beams':
      return `Beam search after ${quoted(text)}`;
    case 'attention':
      return `Attention of the last token of ${quoted(text)}`;
    case 'lens':
      return `Logit lens of ${quoted(figure.candidate.text)} after ${quoted(text)}`;
    case 'words':
      return `Next word after ${quoted(text)}`;
    case 'surprisal':
      return `Surprisal of ${figure.units.filter(({ text, bits }) => bits !== null && isWord(text)).length} words`;
  }
}

/** What a picture shows, for those who cannot see it: its first and most important numbers. */
export function describe(figure: Figure): string {
  switch (figure.kind) {
    case 'tokens': {
      const shown = figure.tokens.slice(0, 4 * READ_OUT).map(({ text }) => speak(text));
      return `${shown.join(', ')}${figure.tokens.length > shown.length ? ', and so on' : ''}.`;
    }
    case 'next':
      return list(
        figure.candidates.map(({ text, probability }) => `${speak(text)} ${percent(probability)}`),
        `Entropy ${figure.entropyBits.toFixed(2)} bits.`,
      );
    case 'stages':
      return list(figure.stages.map(({ name, survivors }) => `${name}: ${survivors} tokens possible`));
    case 'beams':
      return list(figure.best.map(({ text, score }) => `${speak(text)}, score ${score.toFixed(2)}`));
    case 'attention':
      return list(
        figure.tokens
          .toSorted((a, b) => b.weight - a.weight)
          .map(({ text, weight }) => `${speak(text)} ${percent(weight)}`),
      );
    case 'lens':
      return list(
        figure.layers.toReversed().map(({ layer, probability, says }) => {
          return `layer ${layer} gives it ${percent(probability)} and would say ${speak(says.text)}`;
        }),
      );
    case 'words':
      return list(figure.words.map(({ text, probability }) => `${speak(text)} ${percent(probability)}`));
    case 'surprisal': {
      const scored = figure.units.filter(({ bits }) => bits !== null);
      const most = scored.toSorted((a, b) => (b.bits ?? 0) - (a.bits ?? 0));
      return list(most.map(({ text, bits }) => `${speak(text)} ${bits?.toFixed(1)} bits`));
    }
  }
}

/** Model, precision, settings, seed and the command that makes a picture again, a line each part that is there. */
export function smallPrint({ origin: { model, settings, seed, command } }: Figure): string[] {
  const facts = [
    ...(model ? [model.name, model.precision] : []),
    ...Object.entries(settings).map(([name, value]) => (value === true ? name : `${name} ${value}`)),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return [...(facts.length > 0 ? [facts.join(' · ')] : []), command];
}

/** Which heads an attention figure averages. */
export function where({ layer, head }: { readonly layer: number | null; readonly head: number | null }): string {
  if (layer === null && head === null) return 'mean of all layers and heads';
  if (layer === null) return `head ${head}, mean of all layers`;
  return head === null ? `layer ${layer}, mean of all heads` : `layer ${layer}, head ${head}`;
}

function by({ origin: { model } }: Figure): string {
  return model ? ` as ${model.name} reads them` : '';
}

function list(parts: readonly string[], end = ''): string {
  const more = parts.length > READ_OUT ? ', and so on' : '';
  return `${parts.slice(0, READ_OUT).join('; ')}${more}. ${end}`.trim();
}

/** The end of a text in quotation marks, on one line; what would turn the text around is spelled out. */
function quoted(text: string): string {
  const line = text.slice(-2 * QUOTED).replaceAll(/\s+/g, ' ');
  const end = text.length > QUOTED ? `…${line.slice(-QUOTED).replace(/^[\udc00-\udfff]/, '')}` : line;
  const spelled = spell(end, 'plain', Number.POSITIVE_INFINITY).map(({ kind, text }) =>
    kind === 'space' ? ' ' : text,
  );
  return `“${spelled.join('')}”`;
}
