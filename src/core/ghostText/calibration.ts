import * as v from 'valibot';
import data from './calibration.json';

/** How a model's probabilities turn out, and where the gate stands: measured by `inkling eval --calibrate`. */
export interface Calibration {
  /** Predicted against actual probability, rising, from 0 to 1. */
  readonly probability: readonly (readonly number[])[];
  /** Share of keys with grey text against the worth that a suggestion must have for that, the shares rising. */
  readonly rates: readonly (readonly number[])[];
}

/** Of the model that comes with Inkling. */
export const CALIBRATION: Calibration = data;

const POINTS = v.pipe(v.array(v.tuple([v.number(), v.number()])), v.minLength(2));
const STORED = v.object({ probability: POINTS, rates: POINTS });

/** A calibration that was kept with a model, if it is one: a hand or a bad disk may have changed it. */
export function storedCalibration(stored: unknown): Calibration | undefined {
  const { success, output } = v.safeParse(STORED, stored);
  return success ? output : undefined;
}

/** How often what the model gives this probability comes true. */
export function calibrated(probability: number, { probability: points }: Calibration = CALIBRATION): number {
  return interpolated(probability, points);
}

/**
 * What a suggestion must be worth so that after this share of keys, 0 to 1, there is grey text.
 * @throws RangeError for another rate
 */
export function thresholdFor(rate: number, { rates }: Calibration = CALIBRATION): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`A trigger rate lies between 0 and 1, not at ${rate}.`);
  if (rate === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return Number.NEGATIVE_INFINITY;
  return interpolated(rate, rates);
}

/** Between the nearest points, which rise in x; beyond the last one as there. */
function interpolated(x: number, points: readonly (readonly number[])[]): number {
  const after = points.findIndex(([at]) => at >= x);
  if (after < 0) return points[points.length - 1][1];
  if (after === 0) return points[0][1];
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/**
 * The gate's threshold for a trigger rate: the confidence that the share `rate` (0 to 1) of these calibration scores
 * reaches or passes. At 0 nothing passes, at 1 everything. Throws a `RangeError` without scores or for another rate.
 */
export function calibrate(scores: readonly number[], rate: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`A trigger rate lies between 0 and 1, not at ${rate}.`);
  if (scores.length === 0) throw new RangeError('There are no scores to calibrate on.');
  if (rate === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return Number.NEGATIVE_INFINITY;
  const descending = [...scores].sort((a, b) => b - a);
  const shown = rate * descending.length;
  const at = Math.floor(shown);
  if (at === 0) return descending[0];
  if (at >= descending.length) return descending[descending.length - 1];
  // Between the last score that shows and the first that does not, as far as the rate says.
  return descending[at - 1] + (descending[at] - descending[at - 1]) * (shown - at);
}

/** What the gate has learnt from this writer: how far the threshold has moved from its calibrated place, in characters. */
export interface Learnt {
  readonly offset: number;
  readonly accepted: number;
  readonly ignored: number;
}

export const NOTHING_LEARNT: Learnt = { offset: 0, accepted: 0, ignored: 0 };

/** The share of shown suggestions that should be taken: with fewer the gate closes, with more it opens. */
const WANTED_ACCEPTANCE = 0.25;
const STEP = 0.05;
/** The offset never leaves these bounds, so that no run of luck silences Inkling or makes it babble. */
export const LEARNING_BOUND = 0.75;

/**
 * Moves the threshold after a suggestion was accepted or ignored: a stochastic approximation (Robbins and Monro 1951)
 * of the threshold at which the wanted share is accepted.
 */
export function learn(learnt: Learnt, outcome: 'accepted' | 'ignored'): Learnt {
  const accepted = outcome === 'accepted';
  const offset = learnt.offset + STEP * (WANTED_ACCEPTANCE - (accepted ? 1 : 0));
  return {
    offset: Math.min(LEARNING_BOUND, Math.max(-LEARNING_BOUND, offset)),
    accepted: learnt.accepted + (accepted ? 1 : 0),
    ignored: learnt.ignored + (accepted ? 0 : 1),
  };
}
