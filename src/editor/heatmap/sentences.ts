import { scorePassages, surprisal } from '../../core/analysis';
import { sentenceSpans } from '../../core/text/sentences';
import type { HeatToken } from './textScores';

/** A sentence with the mean surprisal of its tokens. */
export interface SentenceHeat {
  readonly text: string;
  readonly utf16: readonly [number, number];
  readonly bitsPerToken: number;
}

export interface RankedSentences {
  /** Least surprising first: what the model could have written. */
  readonly flattest: readonly SentenceHeat[];
  /** Most surprising first. */
  readonly mostSurprising: readonly SentenceHeat[];
}

/** Shorter sentences are too noisy to rank. */
const FEWEST_TOKENS = 6;

/** The `count` sentences at each end. Sentences that are not completely scored are left out. */
export function rankSentences(text: string, tokens: readonly HeatToken[], count: number): RankedSentences {
  const sentences = scorePassages(text, sentenceSpans(text), tokens)
    .map(({ text, utf16, logprob, tokens: [first, end] }) => ({ text, utf16, logprob, length: end - first }))
    .filter(({ logprob, length }) => logprob !== null && length >= FEWEST_TOKENS)
    .map(({ text, utf16, logprob, length }) => ({ text, utf16, bitsPerToken: surprisal(logprob ?? 0) / length }))
    .sort((a, b) => a.bitsPerToken - b.bitsPerToken);
  const half = Math.floor(sentences.length / 2);
  return {
    flattest: sentences.slice(0, Math.min(count, sentences.length - half)),
    mostSurprising: sentences.slice(Math.max(sentences.length - count, sentences.length - half)).reverse(),
  };
}
