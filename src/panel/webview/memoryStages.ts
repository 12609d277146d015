import { type DistributionStage, stageOf } from '../../core/decoding/pipeline';
import { normaliser } from '../../core/logits';
import type { Recollection } from '../protocol';

/**
 * What the writer's texts alone say comes next, and what they and the model say together, as ghost text mixes them: the
 * stages after 'raw'. Whatever shapes the distribution then needs neither the model nor the memory.
 */
export function memoryStages(
  logits: Float32Array,
  { modelShare, ids, addends }: Recollection,
): { readonly texts: DistributionStage; readonly mixed: DistributionStage } {
  const total = normaliser(logits);
  const texts = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
  const mixed = Float32Array.from(logits, (logit) => Math.log(modelShare) + logit - total);
  for (const [i, id] of ids.entries()) {
    texts[id] = Math.log(addends[i] / (1 - modelShare));
    mixed[id] = Math.log(modelShare * Math.exp(logits[id] - total) + addends[i]);
  }
  return { texts: stageOf('texts', texts, undefined), mixed: stageOf('mixed', mixed, undefined) };
}
