import { scorePassages, surprisal, wordSpans } from '../../core/analysis';
import type { HeatToken } from './textScores';

/** Surprisal in bits at which each level begins; below the first, text is left as it is. */
export const LEVELS = [3, 6, 9, 12] as const;

/** What is coloured as one. */
export type Unit = 'token' | 'word';

/** A stretch of the text of one level, 0 for the first of `LEVELS`. */
export interface HeatSpan {
  readonly utf16: readonly [number, number];
  readonly level: number;
}

/** The level of a surprisal, or -1 below all. */
export function levelOf(bits: number): number {
  return LEVELS.findLastIndex((limit) => bits >= limit);
}

/**
 * What is to be coloured in the stretch of a text that these tokens cover, in order. A word's surprisal is that of its
 * tokens together.
 */
export function heatSpans(text: string, tokens: readonly HeatToken[], unit: Unit): HeatSpan[] {
  const units = unit === 'token' ? tokens.map(withoutSpace(text)) : words(text, tokens);
  return units.flatMap(({ utf16, logprob }) => {
    const level = logprob === null ? -1 : levelOf(surprisal(logprob));
    return level < 0 || utf16[0] === utf16[1] ? [] : [{ utf16, level }];
  });
}

interface Placed {
  readonly utf16: readonly [number, number];
  readonly logprob: number | null;
}

/** White space before a word is not coloured with it; a token of white space alone is left out. */
const withoutSpace =
  (text: string) =>
  ({ utf16: [from, to], logprob }: HeatToken): Placed => {
    const spelled = text.slice(from, to);
    return { utf16: [to - spelled.trimStart().length, to], logprob };
  };

function words(text: string, tokens: readonly HeatToken[]): Placed[] {
  const from = tokens[0]?.utf16[0] ?? 0;
  const near = text.slice(from, tokens.at(-1)?.utf16[1] ?? 0);
  const spans = wordSpans(near).map(([start, end]) => [from + start, from + end] as const);
  return scorePassages(text, spans, tokens);
}
