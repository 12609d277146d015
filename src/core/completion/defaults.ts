/** What a request leaves open. */
export const COMPLETION_DEFAULTS = {
  suffix: '',
  maxTokens: 16,
  minLogprob: Number.NEGATIVE_INFINITY,
  minTokenLogprob: Number.NEGATIVE_INFINITY,
  alternatives: 1,
  blockedWords: [],
  style: {},
} as const;
