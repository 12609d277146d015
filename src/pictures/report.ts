import { bitsPerCharacter, isWord, levelOf, perplexity, surprisal } from '../core/analysis';
import { percent } from '../core/logits';
import { heatOf } from './ask';
import { toBars } from './bars';
import { TOKEN_LEVELS } from './draw';
import { type FigureToken, type HeatUnit, RANK_BANDS, rankBand } from './figure';
import { pageOf } from './html';
import { tintOf, UNDERLINES } from './palette';
import { escapeText } from './svg';

/** A document with a model's score for each of its tokens. */
export interface Reading {
  /** The document's name. */
  readonly name: string;
  readonly text: string;
  readonly tokens: readonly FigureToken[];
  readonly model: { readonly name: string; readonly precision: string };
  /** The command that reproduces the report. */
  readonly command: string;
}

/** Statistics of a document. */
export interface Summary {
  readonly tokens: number;
  /** Number of tokens with a probability. */
  readonly scored: number;
  readonly words: number;
  readonly bitsPerCharacter: number;
  readonly bitsPerToken: number;
  readonly perplexity: number;
  /** Token counts per rank band: up to 10, 100, 1000, and beyond. */
  readonly ranks: readonly [number, number, number, number];
  /** Histogram of surprisal in bins of one bit; the last bin holds everything from 16 bits on. */
  readonly surprisals: readonly number[];
}

/** Number of bins, one bit each. */
const BINS = 17;
/** Number of words listed as most surprising. */
const LISTED = 15;
const BAND_NAMES = [...RANK_BANDS.map((limit) => `top ${limit}`), `beyond ${RANK_BANDS[2]}`];

/**
 * Computes the statistics of a document.
 * @throws RangeError when no token has a probability
 */
export function summarise({ text, tokens }: Pick<Reading, 'text' | 'tokens'>): Summary {
  const scored = tokens.filter((token) => token.logprob !== null);
  const logprobs = scored.map(({ logprob }) => logprob ?? 0);
  const ranks: [number, number, number, number] = [0, 0, 0, 0];
  const surprisals = Array.from({ length: BINS }, () => 0);
  for (const { logprob, rank } of scored) {
    ranks[rankBand(rank ?? 0)]++;
    surprisals[Math.min(BINS - 1, Math.floor(surprisal(logprob ?? 0)))]++;
  }
  return {
    tokens: tokens.length,
    scored: scored.length,
    words: wordsOf(text, tokens).length,
    bitsPerCharacter: bitsPerCharacter(logprobs, text.slice(scored[0]?.utf16[0])),
    bitsPerToken: logprobs.reduce((sum, logprob) => sum + surprisal(logprob), 0) / logprobs.length,
    perplexity: perplexity(logprobs),
    ranks,
    surprisals,
  };
}

/**
 * An HTML report on a whole document, after GLTR (Gehrmann et al. 2019): every token tinted by rank or surprisal,
 * histograms of both, and the most surprising words. One file without scripts.
 * @throws RangeError when no token has a probability
 */
export function toReport(reading: Reading): string {
  const { name, text, tokens, model, command } = reading;
  const summary = summarise(reading);
  const shares = summary.ranks.map((count) => percent(count / summary.scored));
  const facts: [string, string][] = [
    ['Tokens', String(summary.tokens)],
    ['Words', String(summary.words)],
    ['Bits per character', summary.bitsPerCharacter.toFixed(2)],
    ['Bits per token', summary.bitsPerToken.toFixed(2)],
    ['Perplexity per token', summary.perplexity.toFixed(1)],
  ];
  const body = [
    `<h1>How ${escapeText(model.name)} reads ${escapeText(name)}</h1>`,
    `<p>Of every 100 tokens, ${Math.round((100 * summary.ranks[0]) / summary.scored)} are among the ten that the model ` +
      'expected most at their place. Of a text that a model wrote there are more; people surprise it more often.</p>',
    `<dl>${facts.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')}</dl>`,
    '<div class="inkling reading">',
    '<fieldset><legend>Tint by</legend>',
    '<label><input type="radio" name="tint" id="by-rank" checked> rank</label>',
    '<label><input type="radio" name="tint" id="by-bits"> surprisal</label></fieldset>',
    `<p class="small rank-legend">${BAND_NAMES.map((band, i) => `<mark class="b${i} l">${band}</mark>`).join(' ')}</p>`,
    `<p class="small bits-legend">${TOKEN_LEVELS.map((from, i) => `<mark class="b l${i}">from ${from} bits</mark>`).join(' ')}</p>`,
    `<p class="text">${markedTokens(text, tokens)}</p>`,
    '</div>',
    '<h2>Ranks</h2><div class="inkling scroll">',
    toBars({
      id: 'ranks',
      title: 'Ranks of the tokens',
      head: ['among the', 'tokens', 'share'],
      rows: summary.ranks.map((count, i) => {
        return {
          label: BAND_NAMES[i],
          share: count / summary.scored,
          numbers: [String(count), shares[i]],
          paint: `r${i}`,
        };
      }),
    }),
    '</div><h2>Surprisal</h2><div class="inkling scroll">',
    toBars({
      id: 'bits',
      title: 'Surprisal of the tokens',
      head: ['bits', 'tokens', 'share'],
      rows: summary.surprisals.map((count, i) => ({
        label: i === BINS - 1 ? `from ${i}` : `${i} to ${i + 1}`,
        share: count / summary.scored,
        numbers: [String(count), percent(count / summary.scored)],
      })),
    }),
    '</div><h2>The most surprising words</h2>',
    surprisingWords(text, tokens),
    `<p class="small">${escapeText(`${model.name} · ${model.precision}`)}<br><code>${escapeText(command)}</code></p>`,
  ];
  return pageOf(`How ${model.name} reads ${name}`, body.join('\n'), REPORT_STYLE);
}

function surprisingWords(text: string, tokens: readonly FigureToken[]): string {
  const rows = wordsOf(text, tokens)
    .filter(({ bits }) => bits !== null)
    .sort((a, b) => (b.bits ?? 0) - (a.bits ?? 0))
    .slice(0, LISTED)
    .map(({ text: word, bits, rank }) => {
      const numbers = `<td class="number">${bits?.toFixed(1)}</td><td class="number">${(rank ?? 0) + 1}</td>`;
      return `<tr><th scope="row"><bdi>${escapeText(word)}</bdi></th>${numbers}</tr>`;
    });
  return (
    '<div class="inkling"><table><thead><tr><th scope="col">Word</th><th scope="col">Bits</th>' +
    `<th scope="col">Rank of its least expected token</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function wordsOf(text: string, tokens: readonly FigureToken[]): HeatUnit[] {
  return heatOf(text, tokens).units.filter((unit) => isWord(unit.text));
}

/** The document token by token; tokens of one character share a mark, that of the highest rank. */
function markedTokens(text: string, tokens: readonly FigureToken[]): string {
  let html = '';
  let at = 0;
  for (let i = 0; i < tokens.length; i++) {
    const [from] = tokens[i].utf16;
    let to = tokens[i].utf16[1];
    let worst = tokens[i];
    for (; i + 1 < tokens.length && tokens[i + 1].utf16[0] < to; i++) {
      to = Math.max(to, tokens[i + 1].utf16[1]);
      if ((tokens[i + 1].logprob ?? 0) < (worst.logprob ?? 0)) worst = tokens[i + 1];
    }
    const { logprob, rank } = worst;
    if (to <= from || logprob === null || rank === null) continue;
    const bits = surprisal(logprob);
    const level = levelOf(bits, TOKEN_LEVELS);
    const said = `${percent(Math.exp(logprob))}, rank ${rank + 1}, ${bits.toFixed(1)} bits`;
    html += escapeText(text.slice(at, from));
    const classes = `b${rankBand(rank)} l${level < 0 ? '' : level}`;
    html += `<mark class="${classes}" title="${said}">${escapeText(text.slice(from, to))}</mark>`;
    at = to;
  }
  return html + escapeText(text.slice(at));
}

/** CSS alone switches between the two tints of a mark. Levels differ in form as well as in colour. */
const REPORT_STYLE = (() => {
  const tints = (scheme: 'light' | 'dark') =>
    [0, 1, 2, 3].map((i) => `.reading:has(#by-rank:checked) .b${i}{background:${tintOf(`r${i}`, scheme)}}`).join('') +
    [0, 1, 2, 3].map((i) => `.reading:has(#by-bits:checked) .l${i}{background:${tintOf(`l${i}`, scheme)}}`).join('');
  const forms = UNDERLINES.map((line, i) => {
    const rank = i === 0 ? '' : `.reading:has(#by-rank:checked) .b${i}{text-decoration:underline ${line} 1px}`;
    return `${rank}.reading:has(#by-bits:checked) .l${i}{text-decoration:underline ${line} 1px}`;
  });
  return (
    'mark{background:none;color:inherit;border-radius:2px;text-underline-offset:3px}' +
    'dl{display:flex;flex-wrap:wrap;gap:.5em 2em}dt{font-size:.85em}dd{margin:0;font-size:1.3em}' +
    'fieldset{border:0;padding:0;display:flex;gap:1em}' +
    '.reading:has(#by-bits:checked) .rank-legend,.reading:has(#by-rank:checked) .bits-legend{display:none}' +
    `${tints('light')}@media (prefers-color-scheme:dark){${tints('dark')}}${forms.join('')}`
  );
})();
