import { type DistributionStage, reshape, stageOf } from '../../core/decoding/pipeline';
import { normaliser } from '../../core/logits';
import { spelledStage } from '../../pictures/ask';
import { stageName } from '../../pictures/caption';
import type { Recollection } from '../protocol';
import type { Shaping } from './preferences';

/** A stage of the pipeline, for display. */
export interface ShownStage extends DistributionStage {
  readonly label: string;
  /** Whether it has an effect with the current settings. */
  readonly active: boolean;
}

/** Settings that leave the distribution unchanged. */
export const neutral: Shaping = { temperature: 1, topK: 0, topP: 1, minP: 0, typicalP: 1, repetitionPenalty: 1 };

/** The stages in order; optional ones are shown only when active. */
const STEPS: readonly { readonly name: string; readonly optional?: boolean }[] = [
  { name: 'raw' },
  { name: 'penalties' },
  { name: 'temperature' },
  { name: 'topK' },
  { name: 'topP' },
  { name: 'minP', optional: true },
  { name: 'typicalP', optional: true },
];

/** What the memory expects, and whether the later stages start from its mixture with the model (as ghost text does). */
export interface Remembered {
  readonly recalled: Recollection;
  readonly mixedIn: boolean;
}

/**
 * The distribution after each stage, computed with the engine's decoding code. An inactive stage repeats the one
 * before; the memory's stages follow the model's own.
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
 * The stages after 'raw': the memory's expectation alone, and its mixture with the model as ghost text mixes them.
 * Later settings need neither the model nor the memory again.
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
