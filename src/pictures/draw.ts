import * as l10n from '@vscode/l10n';
import { levelOf, surprisal } from '../core/analysis';
import { percent } from '../core/logits';
import { compact, decimal, fixed, whole } from '../core/text/locale';
import { bars, ROW } from './bars';
import { statusText } from './beamTree';
import { describe, smallPrint, stageName, titleOf } from './caption';
import {
  type AttentionFigure,
  type BeamsFigure,
  type Figure,
  type LensFigure,
  type NextFigure,
  RANK_BANDS,
  rankBand,
  type StagesFigure,
  type SurprisalFigure,
  type TokensFigure,
  type WordsFigure,
} from './figure';
import { type Chip, flow, legend } from './flow';
import { groupByGrapheme } from './graphemes';
import type { Theme } from './palette';
import { visible } from './spelling';
import { Canvas, MARGIN, shorten, WIDTH, widthOf, wrap } from './svg';

/** Options of an SVG. */
export interface DrawOptions {
  /** Prefix of the ids on the page; `inkling` by default. */
  readonly id?: string;
  /** Follows the reader's system by default; `null` where the page supplies the rules. */
  readonly theme?: Theme | null;
  /** In pixels; 720 by default. */
  readonly width?: number;
}

/** Surprisals in bits at which the colour of token chips changes. */
export const TOKEN_LEVELS = [3, 6, 9, 12] as const;

/** Draws a figure as one SVG: title, picture, legend, small print. Deterministic: equal figures give equal bytes. */
export function toSvg(figure: Figure, { id = 'inkling', theme = 'system', width = WIDTH }: DrawOptions = {}): string {
  const canvas = new Canvas(width);
  const title = titleOf(figure);
  canvas.text(MARGIN, 26, shorten(title, width - 2 * MARGIN), { strong: true });
  let y = draw(canvas, figure, 42) + 10;
  for (const line of smallPrint(figure).flatMap((part) => wrap(part, width - 2 * MARGIN))) {
    canvas.text(MARGIN, y + 11, line, { size: 'small', paint: 'm' });
    y += 15;
  }
  return canvas.toSvg(y + MARGIN - 4, { title, description: describe(figure), id, theme });
}

function draw(canvas: Canvas, figure: Figure, top: number): number {
  switch (figure.kind) {
    case 'tokens':
      return drawTokens(canvas, figure, top);
    case 'next':
      return drawNext(canvas, figure, top);
    case 'stages':
      return drawStages(canvas, figure, top);
    case 'beams':
      return drawBeams(canvas, figure, top);
    case 'attention':
      return drawAttention(canvas, figure, top);
    case 'lens':
      return drawLens(canvas, figure, top);
    case 'words':
      return drawWords(canvas, figure, top);
    case 'surprisal':
      return drawSurprisal(canvas, figure, top);
  }
}

function drawTokens(canvas: Canvas, { text, tokens, colour }: TokensFigure, top: number): number {
  const labels = groupByGrapheme(text, tokens).flatMap((group) =>
    Array.from({ length: group.to - group.from }, (_, i) => (i === 0 ? visible(group.text) : `+${i}`)),
  );
  const chips = tokens.map((token, i): Chip => {
    const breaks = token.text.endsWith('\n');
    if (colour === 'rank' && token.rank !== null) {
      return { label: labels[i], below: `#${whole(token.rank + 1)}`, paint: `r${rankBand(token.rank)}`, breaks };
    }
    if (colour === 'surprisal' && token.logprob !== null) {
      const bits = surprisal(token.logprob);
      const level = levelOf(bits, TOKEN_LEVELS);
      const paint = level < 0 ? 'box' : `l${level}`;
      return { label: labels[i], below: fixed(bits, 1), paint, underline: level < 0 ? undefined : level, breaks };
    }
    return { label: labels[i], below: colour === 'boundary' ? String(token.id) : '–', paint: 'box', breaks };
  });
  const end = flow(canvas, top, MARGIN, chips);
  if (colour === 'boundary') {
    return note(canvas, end, l10n.t('Below each token: its id. ␣ space, ⏎ newline, ⇥ tab.'));
  }
  return legend(canvas, end + 4, MARGIN, colour === 'rank' ? rankLegend(tokens) : bitsLegend(TOKEN_LEVELS));
}

function rankLegend(tokens: TokensFigure['tokens']): Chip[] {
  const counts = [0, 0, 0, 0];
  for (const { rank } of tokens) if (rank !== null) counts[rankBand(rank)]++;
  return counts.map((tokens, band) => {
    const limit = RANK_BANDS[band];
    const count = whole(tokens);
    const label = limit === undefined ? l10n.t('beyond: {0}', count) : l10n.t('top {0}: {1}', whole(limit), count);
    return { label, paint: `r${band}` };
  });
}

function bitsLegend(levels: readonly number[]): Chip[] {
  return levels.map((_, level) => ({ label: levelText(levels, level), paint: `l${level}`, underline: level }));
}

/** The range of surprisal of a colour level. */
export function levelText(levels: readonly number[], level: number): string {
  const [from, to] = [compact(levels[level]), levels[level + 1]];
  return to === undefined ? l10n.t('from {0} bits', from) : l10n.t('{0} to {1} bits', from, compact(to));
}

function drawSurprisal(canvas: Canvas, { text, units, levels }: SurprisalFigure, top: number): number {
  const chips: Chip[] = [];
  let at = 0;
  const between = (to: number) => {
    for (const line of text.slice(at, to).split(/(?<=\n)/)) {
      const isEnd = line.endsWith('\n');
      if (line !== '') chips.push({ label: isEnd ? line.trimEnd() : line.replaceAll('\t', '    '), breaks: isEnd });
    }
  };
  for (const unit of units) {
    between(unit.utf16[0]);
    const level = unit.bits === null ? -1 : levelOf(unit.bits, levels);
    const mark = level < 0 ? {} : { paint: `l${level}`, underline: level };
    chips.push({ label: visible(unit.text), ...mark });
    at = unit.utf16[1];
  }
  between(text.length);
  const end = flow(canvas, top, MARGIN, chips);
  return legend(canvas, end + 8, MARGIN, bitsLegend(levels));
}

function drawAttention(canvas: Canvas, { tokens, heads, ...which }: AttentionFigure, top: number): number {
  const most = Math.max(...tokens.map(({ weight }) => weight), 1e-9);
  const chips = tokens.map(({ text, weight }): Chip => {
    return { label: visible(text), below: percent(weight), paint: 'att', share: Math.sqrt(weight / most) };
  });
  let y = flow(canvas, top, MARGIN, chips);
  y = note(canvas, y - 2, tintText(which, percent(most))) + 10;
  const { weights, token } = heads;
  const peak = Math.max(...weights.flat(), 1e-9);
  canvas.text(
    MARGIN,
    y + 10,
    shorten(l10n.t('What each head gives to “{0}”:', visible(tokens[token]?.text ?? '')), canvas.width - 2 * MARGIN),
  );
  y += 20;
  const left = MARGIN + 40;
  const columns = weights[0]?.length ?? 0;
  const cell = Math.min(20, (canvas.width - left - MARGIN) / Math.max(1, columns));
  weights.forEach((row, layer) => {
    canvas.text(left - 8, y + cell * layer + cell / 2 + 4, String(layer + 1), {
      size: 'small',
      paint: 'm',
      anchor: 'end',
    });
    row.forEach((weight, head) => {
      canvas.rect(left + cell * head, y + cell * layer, cell - 2, cell - 2, 'box');
      canvas.rect(left + cell * head, y + cell * layer, cell - 2, cell - 2, 'att', Math.sqrt(weight / peak));
    });
  });
  y += cell * weights.length;
  for (let head = 0; head < columns; head++) {
    const middle = left + cell * head + cell / 2 - 1;
    canvas.text(middle, y + 12, String(head + 1), { size: 'small', paint: 'm', anchor: 'middle' });
  }
  return note(canvas, y + 17, l10n.t('Rows are layers, columns are heads; the strongest gives {0}.', percent(peak)));
}

/** What a token's tint means, and which heads it averages. */
function tintText({ layer, head }: Pick<AttentionFigure, 'layer' | 'head'>, most: string): string {
  if (layer === null) {
    return head === null
      ? l10n.t('Tint: share of attention, mean of all layers and heads; the strongest is {0}.', most)
      : l10n.t('Tint: share of attention, head {0}, mean of all layers; the strongest is {1}.', head, most);
  }
  return head === null
    ? l10n.t('Tint: share of attention, layer {0}, mean of all heads; the strongest is {1}.', layer, most)
    : l10n.t('Tint: share of attention, layer {0}, head {1}; the strongest is {2}.', layer, head, most);
}

function note(canvas: Canvas, y: number, text: string): number {
  for (const line of wrap(text, canvas.width - 2 * MARGIN)) {
    canvas.text(MARGIN, y + 13, line, { size: 'small', paint: 'm' });
    y += 15;
  }
  return y + 3;
}

function drawNext(canvas: Canvas, { candidates, entropyBits }: NextFigure, top: number): number {
  const reshaped = candidates.some(({ probability, raw }) => Math.abs(probability - raw) > 1e-6);
  const rows = candidates.map(({ text, probability, cumulative, logit, raw }) => ({
    label: visible(text),
    share: probability,
    ...(reshaped && { mark: raw }),
    numbers: [percent(probability), percent(cumulative), decimal(logit)],
  }));
  const y = bars(canvas, top, [l10n.t('token'), l10n.t('probability'), l10n.t('sum'), l10n.t('logit')], rows);
  const entropy = l10n.t(
    'Entropy {0} bits: as undecided as between {1} equal choices.',
    fixed(entropyBits, 2),
    fixed(2 ** entropyBits, 1),
  );
  return note(canvas, y, reshaped ? `${entropy} ${l10n.t('The mark is the model’s own probability.')}` : entropy);
}

function drawStages(canvas: Canvas, { stages }: StagesFigure, top: number): number {
  const rows = stages.map(({ name, survivors, massCut, entropyBits, favourite }) => ({
    label: stageName(name),
    share: favourite.probability,
    numbers: [
      percent(favourite.probability),
      visible(favourite.text),
      whole(survivors),
      percent(massCut),
      fixed(entropyBits, 2),
    ],
  }));
  const head = [
    l10n.t('stage'),
    l10n.t('probability'),
    l10n.t('favourite'),
    l10n.t('possible'),
    l10n.t('cut'),
    l10n.t('entropy'),
  ];
  return note(
    canvas,
    bars(canvas, top, head, rows),
    l10n.t(
      'Bars: probability of the favourite. Possible: tokens left. Cut: probability that the stage took away. Entropy in bits.',
    ),
  );
}

function drawWords(canvas: Canvas, { words, covered }: WordsFigure, top: number): number {
  const rows = words.map(({ text, probability, tokenisations }) => {
    return {
      label: visible(text.trim() || text),
      share: probability,
      numbers: [percent(probability), whole(tokenisations)],
    };
  });
  const y = bars(canvas, top, [l10n.t('word'), l10n.t('probability'), l10n.t('spellings')], rows);
  return note(canvas, y, l10n.t('The search placed {0} of the probability.', percent(covered)));
}

function drawLens(canvas: Canvas, { layers, candidate }: LensFigure, top: number): number {
  const rows = layers.map(({ layer, says, probability, rank }) => ({
    label: `${layer}  ${visible(says.text)}`,
    share: probability,
    numbers: [percent(probability), `#${whole(rank + 1)}`],
    strong: rank === 0,
  }));
  const followed = visible(candidate.text);
  const head = [l10n.t('layer, what it would say'), l10n.t('of “{0}”', followed), l10n.t('rank')];
  return note(
    canvas,
    bars(canvas, top, head, rows),
    l10n.t('Bars: probability of “{0}” if the model had to stop after the layer.', followed),
  );
}

/** A sign for every status, so that none depends on its words alone. */
const SIGNS = { running: '▸', finished: '■', extended: '·', pruned: '✕', displaced: '✕' } as const;

function drawBeams(canvas: Canvas, { lines, best }: BeamsFigure, top: number): number {
  const grouped = lines.some(({ group }) => group > 0);
  const right = canvas.width - MARGIN;
  const statuses = lines.map(({ status, lost, group }) => statusText(status, lost, grouped ? group : null));
  const statusEnd = right - 64;
  const column = Math.max(0, ...statuses.map((status) => widthOf(status, 'small')));
  canvas.text(right, top + 10, l10n.t('score'), { size: 'small', paint: 'm', anchor: 'end' });
  let y = top + 16;
  const levels: number[] = [];
  for (const [i, line] of lines.entries()) {
    const x = MARGIN + (line.level - 1) * 18;
    levels.length = line.level;
    levels[line.level - 1] = y;
    if (line.level > 1) {
      const parent = (levels[line.level - 2] ?? y) + 18;
      canvas.line(x - 12, parent, x - 12, y + 10, 'ink-edge');
      canvas.line(x - 12, y + 10, x - 3, y + 10, 'ink-edge');
    }
    const lost = line.lost !== null;
    const paint = lost ? 'm' : 't';
    const text = shorten(`${SIGNS[line.status]} ${visible(line.text)}`, statusEnd - column - 12 - x);
    canvas.text(x, y + 14, text, { paint, strong: line.status === 'finished' });
    canvas.text(statusEnd, y + 14, statuses[i], { size: 'small', paint: 'm', anchor: 'end' });
    canvas.text(right, y + 14, decimal(line.score), { paint, anchor: 'end' });
    y += ROW;
  }
  canvas.text(MARGIN, y + 16, l10n.t('Found, best first:'), { size: 'small', paint: 'm' });
  y += 22;
  for (const [i, { text, score }] of best.entries()) {
    canvas.text(MARGIN, y + 14, shorten(`${i + 1}. ${visible(text)}`, right - 80 - MARGIN));
    canvas.text(right, y + 14, decimal(score, 3), { anchor: 'end' });
    y += ROW;
  }
  return y;
}
