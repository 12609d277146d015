import type { TokenOrigin } from '../memory';
import type { Style } from './style';

/** A possible next token. */
export interface Candidate {
  readonly id: number;
  readonly text: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/** A token of a suggestion, with the model's alternative. */
export interface SuggestedToken extends Candidate {
  /** Rank among all tokens, 0 for the most probable. */
  readonly rank: number;
  /** The most probable other token that the typed text allows. */
  readonly runnerUp: Candidate | null;
  /** Whether its probability comes from the model or the memory, where a memory was used. */
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
  /** Number of different suggestions, most probable first; 1 by default. */
  readonly alternatives?: number;
  /** Words that are never suggested, regardless of case. */
  readonly blockedWords?: readonly string[];
  readonly style?: Style;
}

/** The end of a word in a suggestion, with the model's confidence. */
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
   * The tokens of the text; they spell `healed` and then `text`, except for a closer (see `Style`) and for a space
   * before a word that follows the cursor.
   */
  readonly tokens: readonly SuggestedToken[];
  /** The end of the prefix that the first tokens spell: the partial word, a trailing space, or nothing. */
  readonly healed: string;
  /** Probability of the tokens that the partial word ruled out at its place. */
  readonly masked: number;
  /** Mean log-probability per token, given what was typed; compared with `minLogprob`. */
  readonly confidence: number;
  /** Probabilities that the writer's next characters are its first, its first two, and so on for a word or two. */
  readonly begins: readonly number[];
  /** Its whole words, in order. */
  readonly words: readonly WordEnd[];
  /** Why it ends there. */
  readonly ended: CompletionReason;
  /** The next token, if the model was asked for it. */
  readonly next: Candidate | null;
}

/** What a guard removed: see `guard`. */
export type GuardReason = 'repetition' | 'unbalanced' | 'boilerplate' | 'blocked-word';

/** Why a suggestion ends, or why there is none. */
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
  /**
   * Set when a suggestion was found but not worth showing: the characters it is expected to save, and those required.
   */
  readonly heldBack?: { readonly worth: number; readonly wanted: number };
}

/** The state of a completion that is still being generated. */
export interface PartialCompletion {
  /** Text of the most probable suggestion so far, whether it is fit to be shown or not. */
  readonly text: string;
  /** The part that could be shown so far, in whole words; absent where it has not changed. */
  readonly completion?: Completion;
}

/** Defaults of a request. */
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
