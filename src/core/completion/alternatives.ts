import type { TextModel } from '../decoding/model';
import { Distribution } from './distribution';
import type { Healing, Path } from './healing';

/**
 * The `count` most probable beginnings that differ in what they add to the typed text. Where a path spells just the
 * typed bytes, which adds nothing, its most probable next tokens take its place: one run for each such path.
 */
export async function branch(
  model: TextModel,
  context: readonly number[],
  { paths }: Healing,
  typed: Uint8Array,
  count: number,
  signal?: AbortSignal,
): Promise<Path[]> {
  const beginnings: Path[] = [];
  for (const path of paths) {
    const ids = path.steps.map(({ id }) => id);
    const length = ids.reduce((sum, id) => sum + model.tokenizer.tokenBytes(id).length, 0);
    if (length > typed.length) {
      beginnings.push(path);
      continue;
    }
    const [{ logits }] = await model.forward([[...context, ...ids]], {}, signal);
    const from = new Distribution(logits, model.tokenizer);
    const best = from.best(count + 1);
    for (const id of best.slice(0, count)) {
      const other = id === best[0] ? best[1] : best[0];
      const step = { id, logprob: from.logprob(id), from, runnerUp: from.candidate(other) };
      beginnings.push({ steps: [...path.steps, step], logprob: path.logprob + step.logprob });
    }
  }
  return beginnings.sort((a, b) => b.logprob - a.logprob).slice(0, count);
}
