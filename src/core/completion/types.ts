import type { TokenOrigin } from '../memory';
import type { Style } from './style';

/** A possible next token. */
export interface Candidate {
  readonly id: number;
  readonly text: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/** One token of a suggestion, with what the model would have said instead. */
export interface SuggestedToken extends Candidate {
  /** Place among all tokens at that point, 0 for the most probable. */
  readonly rank: number;
  /** The most probable other token at that point that the typed text allows. */
  readonly runnerUp: Candidate | null;
  /** Whom its probability comes from, where a memory of the writer's texts was asked too. */
  readonly origin?: TokenOrigin;
}

export interface CompleteRequest {
  /** The text before the cursor. */
  readonly prefix: string;
  /** The text after the cursor; the suggestion does not repeat what is on its line. */
  readonly suffix?: string;
  /** Most tokens to suggest. */
  readonly maxTokens?: number;
  /** Lowest mean log-probability per token at which the suggestion is shown; -Infinity shows everything. */
  readonly minLogprob?: number;
  /** Log-probability below which the first token of a further word ends the suggestion; -Infinity never does. */
  readonly minTokenLogprob?: number;
  /** Log-probability of all that follows the first word, given that word, below which the suggestion ends there. */
  readonly minRestLogprob?: number;
  /** How many different suggestions to look for, most probable first; 1 by default. */
  readonly alternatives?: number;
  /** Words that are never suggested, in any case. */
  readonly blockedWords?: readonly string[];
  readonly style?: Style;
}

/** Where a word of a suggestion ends, and how sure the model was of it. */
export interface WordEnd {
  /** UTF-16 units of the suggestion up to there. */
  readonly length: number;
  /** Mean log-probability per token up to there, given what was typed. */
  readonly confidence: number;
  /** Log-probability of all that is new up to there, given what was typed. */
  readonly logprob: number;
}

export interface Suggestion {
  /** Text to insert at the cursor. */
  readonly text: string;
  /** Summed log-probability of the tokens. */
  readonly logprob: number;
  /**
   * The tokens behind the text; their texts spell `healed` and then `text`, but for a closer (see `Style`) and for the
   * space before a word that follows the cursor.
   */
  readonly tokens: readonly SuggestedToken[];
  /** The end of the prefix that the first tokens spell again: the partial word, a trailing space, or nothing. */
  readonly healed: string;
  /** Probability of the tokens that the partial word ruled out where the suggestion begins. */
  readonly masked: number;
  /** Mean log-probability per token, given what was typed: what is compared with `minLogprob`. */
  readonly confidence: number;
  /** Probabilities that the writer's next characters are its first, its first two, and so on for a word or two. */
  readonly begins: readonly number[];
  /** Its whole words, in order. */
  readonly words: readonly WordEnd[];
  /** Why it ends where it does. */
  readonly ended: CompletionReason;
  /** The token that would have come next, where the model was asked for one. */
  readonly next: Candidate | null;
}

/** What a guard cut away: see `guard`. */
export type GuardReason = 'repetition' | 'unbalanced' | 'boilerplate' | 'blocked-word';

/** Why a suggestion ended where it did, or why there is none. */
export type CompletionReason =
  | 'sentence'
  | 'newline'
  | 'budget'
  | 'end-of-text'
  | 'unsure'
  | 'empty'
  | 'repeats'
  | 'mid-word'
  | 'unfinished'
  | GuardReason;

export interface Completion {
  readonly suggestions: readonly Suggestion[];
  readonly reason: CompletionReason;
  /** Set when one was found but was not worth showing: the characters it can be expected to save, and those asked for. */
  readonly heldBack?: { readonly worth: number; readonly wanted: number };
}

/** The state of a completion that is still being generated. */
export interface PartialCompletion {
  /** Text of the most probable suggestion so far, whether it is fit to be shown or not. */
  readonly text: string;
  /** What could be shown of it by now, in whole words; absent where that has not changed. */
  readonly completion?: Completion;
}

/** What a request leaves open. */
export const COMPLETION_DEFAULTS = {
  suffix: '',
  maxTokens: 16,
  minLogprob: Number.NEGATIVE_INFINITY,
  minTokenLogprob: Number.NEGATIVE_INFINITY,
  minRestLogprob: Number.NEGATIVE_INFINITY,
  alternatives: 1,
  blockedWords: [],
  style: {},
} as const;
