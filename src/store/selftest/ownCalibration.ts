import type { GenerationConfig } from '../../core/decoding/options';
import type { Calibration } from '../../core/ghostText/calibration';
import type { Engine } from '../../engine/api';
import { measureCalibration } from '../../eval/calibrate';
import { type KeyRecording, recordKeys, UNTYPED } from '../../eval/keys';
import { oneLine } from '../../eval/match';

/** What is asked of a model to calibrate it. */
export type CalibratedModel = Pick<Engine, 'complete' | 'generate'>;

/** How many keys are typed with GPT-2 small; with a larger model fewer, in proportion to its parameters. */
const KEYS = 200;
const LEAST_KEYS = 60;
const SMALL = 124e6;
/** Tokens of each text that the model writes. */
const TOKENS = 80;
/** Characters of a text before its first key, and the most keys that are typed of it. */
const WARM_UP = 40;
const KEYS_A_TEXT = 80;
/** The most texts that are typed: a model may write next to nothing. */
const MOST_TEXTS = 12;
/** Only a few words are seen, so to each tenth of probability so many are added that come true as often as the model says. */
const PRIOR = 10;

/**
 * Where the gate stands for a model, found by typing texts that the model itself has written: in its own language, and
 * with its own sureness. The writer's own accepting and ignoring moves it from there.
 * @param parameters of the model
 * @returns undefined where the model writes too little to tell
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
