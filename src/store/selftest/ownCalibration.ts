import type { GenerationConfig } from '../../core/decoding/options';
import type { Calibration } from '../../core/ghostText/calibration';
import type { Engine } from '../../engine/api';
import { measureCalibration } from '../../eval/calibrate';
import { type KeyRecording, recordKeys, UNTYPED } from '../../eval/keys';
import { oneLine } from '../../eval/match';

/** The part of an engine that calibration needs. */
export type CalibratedModel = Pick<Engine, 'complete' | 'generate'>;

/** Number of keys typed with GPT-2 small; inversely proportional to the parameters of larger models. */
const KEYS = 200;
const LEAST_KEYS = 60;
const SMALL = 124e6;
/** Tokens per text written by the model. */
const TOKENS = 80;
/** Characters of a text before its first key, and the most keys typed per text. */
const WARM_UP = 40;
const KEYS_A_TEXT = 80;
/** Limit of texts: a model may write almost nothing. */
const MOST_TEXTS = 12;
/** Pseudo-counts per tenth of probability, right as often as the model predicts, as only a few words are observed. */
const PRIOR = 10;

/**
 * Calibrates the gate for a model by typing texts that the model itself wrote: they are in its language and match its
 * confidence. The writer's accepting and ignoring adjusts the gate from there.
 * @param parameters number of the model's parameters
 * @returns undefined where the model writes too little
 */
export async function ownCalibration(
  model: CalibratedModel,
  parameters: number,
  signal?: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Calibration | undefined> {
  const total = Math.max(LEAST_KEYS, Math.round(KEYS * Math.min(1, SMALL / parameters)));
  const recordings: KeyRecording[] = [];
  let typed = 0;
  for (let seed = 1; seed <= MOST_TEXTS && typed < total; seed++) {
    const config: GenerationConfig = { doSample: true, topK: 0, maxNewTokens: TOKENS, seed };
    const { text } = await model.generate({ text: '', bos: true, config }, undefined, signal);
    signal?.throwIfAborted();
    const count = Math.min(KEYS_A_TEXT, oneLine(text.slice(WARM_UP)).length - UNTYPED, total - typed);
    if (count <= 0) continue;
    const complete = (request: Parameters<CalibratedModel['complete']>[0]) => model.complete(request, signal);
    recordings.push(
      await recordKeys(complete, text, { from: WARM_UP, count, markdown: false }, () => onProgress(++typed, total)),
    );
  }
  return typed < total ? undefined : measureCalibration(recordings, PRIOR);
}
