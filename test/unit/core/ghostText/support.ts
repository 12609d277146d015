import type { Suggestion } from '../../../../src/core/completion/types';

/** A suggestion made of these tokens, each of log-probability -1. */
export function suggestion(texts: readonly string[], healed = ''): Suggestion {
  const tokens = texts.map((text, id) => ({ id, text, logprob: -1, rank: 0, runnerUp: null }));
  return {
    text: texts.join('').slice(healed.length),
    logprob: -texts.length,
    tokens,
    healed,
    masked: 0,
    confidence: -1,
    begins: [1],
    words: [],
    ended: 'sentence',
    next: null,
  };
}
