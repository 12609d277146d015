import { setImmediate } from 'node:timers/promises';
import type { Calibration } from '../core/ghostText/calibration';
import { type KeyRecording, typeKeys } from './keys';
import { usefulLength } from './match';
import { screenFigures, targetsOf } from './screen';

/** Number of words of a suggestion used for calibration. */
const WORDS = 4;
const BINS = 10;
const RATES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Highest worth tried as a threshold, in characters; no suggestion exceeds it. */
const MOST_WORTH = 32;
const HALVINGS = 10;

/**
 * Measures the reliability of a model's probabilities, and the minimum worth of a suggestion for each trigger rate.
 * @param prior pseudo-counts per tenth, right as often as the model predicts; 0 by default
 */
export async function measureCalibration(recordings: readonly KeyRecording[], prior = 0): Promise<Calibration> {
  const probability = reliabilityPoints(recordings, prior);
  const rates: number[][] = [];
  for (const rate of RATES) rates.push([rate, round(await thresholdAt(rate, recordings, probability))]);
  // Thresholds must not rise with the rate.
  for (let i = 1; i < rates.length; i++) rates[i][1] = Math.min(rates[i][1], rates[i - 1][1]);
  return { probability, rates };
}

/** Reliability curve of the first words, in bins, made monotonic (pool adjacent violators). */
function reliabilityPoints(recordings: readonly KeyRecording[], prior: number): number[][] {
  const bins = Array.from({ length: BINS }, (_, i) => {
    const right = (prior * (i + 0.5)) / BINS;
    return { count: prior, predicted: right, right };
  });
  for (const { keys, suggestions } of recordings) {
    for (const [at, target] of targetsOf(keys).entries()) {
      const suggestion = suggestions[at];
      for (const { length, logprob } of suggestion?.words.slice(0, WORDS) ?? []) {
        const predicted = Math.exp(logprob);
        const bin = bins[Math.min(BINS - 1, Math.floor(predicted * BINS))];
        const said = (suggestion?.text ?? '').slice(0, length).trimEnd();
        bin.count++;
        bin.predicted += predicted;
        if (usefulLength(said, target) === said.length) bin.right++;
      }
    }
  }
  const pooled: { count: number; predicted: number; right: number }[] = [];
  for (const bin of bins.filter(({ count }) => count > 0)) {
    pooled.push({ ...bin });
    for (let last = pooled.length - 1; last > 0 && falls(pooled[last - 1], pooled[last]); last--) {
      const { count, predicted, right } = pooled.pop() as (typeof pooled)[number];
      const before = pooled[last - 1];
      pooled[last - 1] = {
        count: before.count + count,
        predicted: before.predicted + predicted,
        right: before.right + right,
      };
    }
  }
  const points = pooled.map(({ count, predicted, right }) => [round(predicted / count), round(right / count)]);
  return [[0, 0], ...points, [1, 1]];
}

function falls(a: { count: number; right: number }, b: { count: number; right: number }): boolean {
  return b.right / b.count < a.right / a.count;
}

/** The threshold of worth at which this share of the keys has ghost text after it. */
async function thresholdAt(
  rate: number,
  recordings: readonly KeyRecording[],
  probability: number[][],
): Promise<number> {
  let [low, high] = [-1, MOST_WORTH];
  for (let i = 0; i < HALVINGS; i++) {
    // Yields to other extensions: this also runs in the extension host while a model is installed.
    await setImmediate();
    const middle = (low + high) / 2;
    if (greyAt(rate, middle, recordings, probability) > rate) low = middle;
    else high = middle;
  }
  return high;
}

function greyAt(rate: number, threshold: number, recordings: readonly KeyRecording[], probability: number[][]): number {
  const calibration = { probability, rates: [[rate, threshold]] };
  return screenFigures(recordings.map((recording) => typeKeys(recording, rate, calibration))).grey;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
