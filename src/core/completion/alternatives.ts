import type { Healing, Hypothesis } from './healing';
import type { Reader } from './reader';

/**
 * The `count` most probable beginnings that differ in what they add to the typed text. Where a hypothesis spells just the
 * typed bytes, which adds nothing, its most probable next tokens take its place: one run for each such hypothesis.
 */
export async function branch(
  reader: Reader,
  context: readonly number[],
  { hypotheses }: Healing,
  typed: Uint8Array,
  count: number,
  signal?: AbortSignal,
): Promise<Hypothesis[]> {
  const beginnings: Hypothesis[] = [];
  for (const hypothesis of hypotheses) {
    const ids = hypothesis.steps.map(({ id }) => id);
    const length = ids.reduce((sum, id) => sum + reader.tokenizer.tokenBytes(id).length, 0);
    if (length > typed.length) {
      beginnings.push(hypothesis);
      continue;
    }
    const from = await reader.after([...context, ...ids], signal);
    const best = from.best(count + 1);
    for (const id of best.slice(0, count)) {
      const other = id === best[0] ? best[1] : best[0];
      const step = { id, logprob: from.logprob(id), from, runnerUp: from.candidate(other) };
      beginnings.push({ steps: [...hypothesis.steps, step], logprob: hypothesis.logprob + step.logprob });
    }
  }
  return beginnings.sort((a, b) => b.logprob - a.logprob).slice(0, count);
}
