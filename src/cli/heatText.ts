import { type Levels, levelOf } from '../core/analysis';
import { type FigureToken, type HeatUnit, RANK_BANDS, rankBand } from '../pictures/figure';
import { groupByGrapheme } from '../pictures/graphemes';
import { visible } from '../pictures/spelling';
import { type Piece, type Terminal, wrapPieces } from './terminal';

/** Marks around words by level where there are no colours; ordinary words have none. */
const SIGNS = ['', '·', ':', '!'];

/** The tokens of a text as adjacent chips in alternating colours, with a legend below. */
export function tokenChips(terminal: Terminal, text: string, tokens: readonly FigureToken[]): string {
  const scored = tokens.some(({ rank }) => rank !== null);
  const groups = groupByGrapheme(text, tokens);
  const pieces = groups.map(({ from, to, text: glyphs }, i): Piece => {
    const ranks = tokens.slice(from, to).flatMap(({ rank }) => rank ?? []);
    const mark = scored ? (ranks.length > 0 ? `r${rankBand(Math.max(...ranks))}` : 'box') : i % 2 === 0 ? 'l0' : 'box';
    const parts = to - from > 1 ? `+${to - from - 1}` : '';
    return { text: separated(terminal, `${visible(glyphs)}${parts}`), mark, breaks: glyphs.endsWith('\n') };
  });
  const names = [...RANK_BANDS.map((limit) => `top ${limit}`), 'beyond'];
  const legend = scored
    ? wrapPieces(
        terminal,
        names.map((name, band) => ({ text: ` ${name} `, mark: `r${band}` })),
      )
    : '';
  return wrapPieces(terminal, pieces) + legend;
}

/** A text with every word coloured by its surprisal, and a legend. */
export function heatText(
  terminal: Terminal,
  text: string,
  { units, levels }: { readonly units: readonly HeatUnit[]; readonly levels: Levels },
): string {
  const pieces: Piece[] = [];
  let at = 0;
  const between = (to: number) => {
    for (const line of text.slice(at, to).split(/(?<=\n)/)) {
      const breaks = line.endsWith('\n');
      if (line !== '') pieces.push({ text: breaks ? '' : ' ', breaks });
    }
  };
  for (const { utf16, text: word, bits } of units) {
    const follows = utf16[0] === at && at > 0;
    between(utf16[0]);
    const level = bits === null ? -1 : levelOf(bits, levels);
    const mark = level < 0 ? {} : { mark: `l${level}` };
    pieces.push({ text: level < 0 ? visible(word) : signed(terminal, visible(word), level), ...mark, follows });
    at = utf16[1];
  }
  const legend = levels.map((from, level) => {
    const to = levels[level + 1];
    const what = to === undefined ? `from ${from} bits` : `${from} to ${to} bits`;
    return { text: ` ${signed(terminal, what, level)} `, mark: `l${level}` };
  });
  return `${wrapPieces(terminal, pieces)}\n${wrapPieces(terminal, legend)}`;
}

function separated({ paint }: Terminal, text: string): string {
  return paint.level > 0 ? text : `${text}│`;
}

function signed({ paint }: Terminal, text: string, level: number): string {
  return paint.level > 0 ? text : `${text}${SIGNS[level]}`;
}
