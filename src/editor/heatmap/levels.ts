import {
  isWord,
  type Levels,
  levelOf,
  levelsFor,
  type Passage,
  scorePassages,
  surprisal,
  wordSpans,
} from '../../core/analysis';
import type { HeatToken } from './textScores';

/** The unit of colouring. */
export type Unit = 'token' | 'word';

/** A range of the text with one level, 0 for the lowest. */
export interface HeatSpan {
  readonly utf16: readonly [number, number];
  readonly level: number;
}

/** The levels of a document, computed from its scored words. */
export function levelsOf(text: string, tokens: readonly HeatToken[]): Levels {
  return levelsFor(
    words(text, tokens).flatMap(({ text, logprob }) => {
      return logprob === null || !isWord(text) ? [] : [surprisal(logprob)];
    }),
  );
}

/**
 * The ranges to colour in the text that these tokens cover, in order. A word has the summed surprisal of its tokens;
 * adjacent punctuation has its own.
 */
export function heatSpans(text: string, tokens: readonly HeatToken[], unit: Unit, levels: Levels): HeatSpan[] {
  const units = unit === 'token' ? tokens.map(withoutSpace(text)) : words(text, tokens);
  return units.flatMap(({ utf16, logprob }) => {
    const level = logprob === null ? -1 : levelOf(surprisal(logprob), levels);
    return level < 0 || utf16[0] === utf16[1] ? [] : [{ utf16, level }];
  });
}

interface Placed {
  readonly utf16: readonly [number, number];
  readonly logprob: number | null;
}

/** White space before a word is not coloured; a token of white space alone is left out. */
const withoutSpace =
  (text: string) =>
  ({ utf16: [from, to], logprob }: HeatToken): Placed => {
    const spelled = text.slice(from, to);
    return { utf16: [to - spelled.trimStart().length, to], logprob };
  };

function words(text: string, tokens: readonly HeatToken[]): Passage[] {
  const from = tokens[0]?.utf16[0] ?? 0;
  const near = text.slice(from, tokens.at(-1)?.utf16[1] ?? 0);
  const spans = wordSpans(near).map(([start, end]) => [from + start, from + end] as const);
  return scorePassages(text, spans, tokens);
}
