/** Surprisal in bits of an event with this natural log-probability. */
export function surprisal(logprob: number): number {
  return logprob === 0 ? 0 : -logprob / Math.LN2;
}

/** The log-probability of all the tokens together. */
export function sumLogprobs(logprobs: readonly number[]): number {
  return logprobs.reduce((sum, logprob) => sum + logprob, 0);
}

/** Mean log-probability per token, in nats. Throws a `RangeError` when there is no token. */
export function meanLogprob(logprobs: readonly number[]): number {
  if (logprobs.length === 0) throw new RangeError('No token has a log-probability to take the mean of.');
  return sumLogprobs(logprobs) / logprobs.length;
}

/** Perplexity per token: `exp` of the mean surprisal in nats. Throws a `RangeError` when there is no token. */
export function perplexity(logprobs: readonly number[]): number {
  return Math.exp(-meanLogprob(logprobs));
}

/**
 * Surprisal in bits per Unicode character of the text that these tokens spell: unlike perplexity it can be compared
 * between tokenizers. Throws a `RangeError` when the text is empty.
 */
export function bitsPerCharacter(logprobs: readonly number[], text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  if (characters === 0) throw new RangeError('An empty text has no bits per character.');
  return surprisal(sumLogprobs(logprobs)) / characters;
}
