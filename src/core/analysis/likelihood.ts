/** Surprisal in bits of an event with this natural log-probability. */
export function surprisal(logprob: number): number {
  return logprob === 0 ? 0 : -logprob / Math.LN2;
}

/** The log-probability of all the tokens together. */
export function sumLogprobs(logprobs: readonly number[]): number {
  return logprobs.reduce((sum, logprob) => sum + logprob, 0);
}

/**
 * Mean log-probability per token, in nats.
 * @throws RangeError when there is no token
 */
export function meanLogprob(logprobs: readonly number[]): number {
  if (logprobs.length === 0) throw new RangeError('No token has a log-probability to take the mean of.');
  return sumLogprobs(logprobs) / logprobs.length;
}

/**
 * Perplexity per token: `exp` of the mean surprisal in nats.
 * @throws RangeError when there is no token
 */
export function perplexity(logprobs: readonly number[]): number {
  return Math.exp(-meanLogprob(logprobs));
}

/**
 * Surprisal in bits per Unicode character of the text that these tokens spell; unlike perplexity, comparable between
 * tokenizers.
 * @throws RangeError when the text is empty
 */
export function bitsPerCharacter(logprobs: readonly number[], text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  if (characters === 0) throw new RangeError('An empty text has no bits per character.');
  return surprisal(sumLogprobs(logprobs)) / characters;
}

/**
 * Distinct n-grams as a share of all n-grams of a sequence; 1 where it has none.
 * Li et al. 2016, A Diversity-Promoting Objective Function for Neural Conversation Models (distinct-n).
 */
export function distinctN(ids: readonly number[], n: number): number {
  const total = ids.length - n + 1;
  if (total <= 0) return 1;
  const seen = new Set(Array.from({ length: total }, (_, i) => ids.slice(i, i + n).join(' ')));
  return seen.size / total;
}

/**
 * Share of the 4-grams of a sequence that repeat an earlier one.
 * Welleck et al. 2020, Neural Text Generation with Unlikelihood Training (seq-rep-4).
 */
export function repetitionRate(ids: readonly number[]): number {
  return 1 - distinctN(ids, 4);
}
