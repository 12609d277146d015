import { isWord, type Passage, scorePassages, surprisal, wordSpans } from '../../core/analysis';
import type { HeatToken } from './textScores';

/** What is coloured as one. */
export type Unit = 'token' | 'word';

/** Surprisal in bits at which each level begins, ascending; below the first, text is left as it is. */
export type Levels = readonly number[];

/** How much of a document's words each level begins with: a quarter is tinted, and less the stronger the tint. */
const SHARES = [0.25, 0.12, 0.05, 0.015] as const;

/**
 * The levels of a document that has too few words for its own: those of 3,100 words of fiction, guides and notes under
 * the model that comes with Inkling.
 */
export const USUAL_LEVELS: Levels = [10, 13, 16, 22];

/** Fewer words say too little about their document. */
const FEWEST_WORDS = 60;
/** What is no more surprising than 1 in 32 is not tinted, however flat the rest is. */
const LEAST_BITS = 5;
const STEP_BITS = 0.5;

/** A stretch of the text of one level, 0 for the first. */
export interface HeatSpan {
  readonly utf16: readonly [number, number];
  readonly level: number;
}

/**
 * Levels relative to the document's own words (punctuation does not count), in steps of half a bit so that they stay
 * as they are while the writer types.
 */
export function levelsFor(text: string, tokens: readonly HeatToken[]): Levels {
  const bits = words(text, tokens)
    .flatMap(({ text, logprob }) => (logprob === null || !isWord(text) ? [] : [surprisal(logprob)]))
    .sort((a, b) => b - a);
  if (bits.length < FEWEST_WORDS) return USUAL_LEVELS;
  const levels: number[] = [];
  for (const share of SHARES) {
    const limit = Math.ceil(bits[Math.floor(share * bits.length)] / STEP_BITS) * STEP_BITS;
    levels.push(Math.max(limit, (levels.at(-1) ?? LEAST_BITS - STEP_BITS) + STEP_BITS));
  }
  return levels;
}

/** The level of a surprisal, or -1 below all. */
export function levelOf(bits: number, levels: Levels): number {
  return levels.findLastIndex((limit) => bits >= limit);
}

/**
 * What is to be coloured in the stretch of a text that these tokens cover, in order. A word's surprisal is that of its
 * tokens together; the punctuation around it has its own.
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

/** White space before a word is not coloured with it; a token of white space alone is left out. */
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
