import { type DistributionStage, reshape, stageOf } from '../../core/decoding/pipeline';
import { normaliser } from '../../core/logits';
import { spelledStage } from '../../pictures/ask';
import { stageName } from '../../pictures/caption';
import type { Recollection } from '../protocol';
import type { Shaping } from './preferences';

/** A step of the pipeline as it is shown. */
export interface ShownStage extends DistributionStage {
  readonly label: string;
  /** Whether it does anything with the present settings. */
  readonly active: boolean;
}

/** Values that change nothing. */
export const neutral: Shaping = { temperature: 1, topK: 0, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

/** The stages in their order; the optional ones are shown only when they act. */
const STEPS: readonly { readonly name: string; readonly optional?: boolean }[] = [
  { name: 'raw' },
  { name: 'penalties' },
  { name: 'temperature' },
  { name: 'topK' },
  { name: 'topP' },
  { name: 'minP', optional: true },
  { name: 'typicalP', optional: true },
];

/** What the writer's texts say, and whether what follows shapes that too, as ghost text does, or the model's own alone. */
export interface Remembered {
  readonly recalled: Recollection;
  readonly mixedIn: boolean;
}

/**
 * The distribution after each stage, by the engine's own decoding code. A stage that does nothing repeats the one
 * before. What the writer's texts say stands after the model's own.
 */
export function stagesOf(
  logits: Float32Array,
  context: readonly number[],
  shaping: Shaping,
  remembered?: Remembered,
): ShownStage[] {
  const { minP, ...rest } = shaping;
  const settings = minP > 0 ? { ...rest, minP } : rest;
  const memory = remembered && memoryStages(logits, remembered.recalled);
  const mixedIn = remembered?.mixedIn ? memory?.mixed : undefined;
  const shaped = reshape(mixedIn?.scores ?? logits, settings, context);
  const stages = new Map(shaped.map((stage) => [stage.name, stage]));
  const shown: ShownStage[] = [];
  let before: ShownStage | undefined;
  for (const { name, optional } of STEPS) {
    const label = stageName(spelledStage(name));
    const stage = stages.get(name);
    if (stage) before = { ...stage, label, active: true };
    else if (before && !optional) before = { ...before, name, label, active: false, massCut: 0 };
    else continue;
    if (name !== 'raw' || !memory) {
      shown.push(before);
      continue;
    }
    const raw = mixedIn ? { ...stageOf('raw', logits.slice(), undefined), label, active: true } : before;
    shown.push(raw, { ...memory.texts, label: stageName('texts'), active: mixedIn !== undefined });
    shown.push({ ...memory.mixed, label: stageName('mixed'), active: mixedIn !== undefined });
  }
  return shown;
}

/**
 * What the writer's texts alone say comes next, and what they and the model say together, as ghost text mixes them: the
 * stages after 'raw'. Whatever shapes the distribution then needs neither the model nor the memory.
 */
function memoryStages(
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
