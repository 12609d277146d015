import { type DistributionStage, reshape } from '../../core/decoding/pipeline';
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
const steps = [
  { name: 'raw', label: 'raw' },
  { name: 'penalties', label: 'penalties' },
  { name: 'temperature', label: 'temperature' },
  { name: 'topK', label: 'top-k' },
  { name: 'topP', label: 'top-p' },
  { name: 'minP', label: 'min-p', optional: true },
  { name: 'typicalP', label: 'typical-p', optional: true },
];

/** The distribution after each stage, by the engine's own decoding code. A stage that does nothing repeats the one before. */
export function stagesOf(logits: Float32Array, context: readonly number[], shaping: Shaping): ShownStage[] {
  const { minP, ...rest } = shaping;
  const settings = minP > 0 ? { ...rest, minP } : rest;
  const stages = new Map(reshape(logits, settings, context).map((stage) => [stage.name, stage]));
  const shown: ShownStage[] = [];
  for (const { name, label, optional } of steps) {
    const stage = stages.get(name);
    const before = shown.at(-1);
    if (stage) shown.push({ ...stage, label, active: true });
    else if (before && !optional) shown.push({ ...before, name, label, active: false, massCut: 0 });
  }
  return shown;
}
