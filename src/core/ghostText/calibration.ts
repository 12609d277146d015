import * as v from 'valibot';
import data from './calibration.json';

/** Reliability of a model's probabilities, and thresholds of the gate; measured by `inkling eval --calibrate`. */
export interface Calibration {
  /** Points of predicted and actual probability, ascending from 0 to 1. */
  readonly probability: readonly (readonly number[])[];
  /** Points of trigger rate and the required worth of a suggestion, in ascending order of rates. */
  readonly rates: readonly (readonly number[])[];
}

/** The calibration of the default model. */
export const CALIBRATION: Calibration = data;

const POINTS = v.pipe(v.array(v.tuple([v.number(), v.number()])), v.minLength(2));
const STORED = v.object({ probability: POINTS, rates: POINTS });

/** Validates a calibration stored with a model, which may have been edited or damaged. */
export function storedCalibration(stored: unknown): Calibration | undefined {
  const { success, output } = v.safeParse(STORED, stored);
  return success ? output : undefined;
}

/** The actual probability of what the model gives this probability. */
export function calibrated(probability: number, { probability: points }: Calibration = CALIBRATION): number {
  return interpolated(probability, points);
}

/**
 * The worth that a suggestion needs so that this share of keys, 0 to 1, is followed by ghost text.
 * @throws RangeError for a rate outside 0 to 1
 */
export function thresholdFor(rate: number, { rates }: Calibration = CALIBRATION): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`A trigger rate lies between 0 and 1, not at ${rate}.`);
  if (rate === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return Number.NEGATIVE_INFINITY;
  return interpolated(rate, rates);
}

/** Linear interpolation between points in ascending order of x; constant beyond the last one. */
function interpolated(x: number, points: readonly (readonly number[])[]): number {
  const after = points.findIndex(([at]) => at >= x);
  if (after < 0) return points[points.length - 1][1];
  if (after === 0) return points[0][1];
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** What the gate has learned from this writer: the threshold's offset from the calibrated one, in characters. */
export interface Learnt {
  readonly offset: number;
  readonly accepted: number;
  readonly ignored: number;
}

export const NOTHING_LEARNT: Learnt = { offset: 0, accepted: 0, ignored: 0 };

/** Target share of accepted suggestions: with fewer the gate closes, with more it opens. */
const WANTED_ACCEPTANCE = 0.25;
const STEP = 0.05;
/** Bound of the offset, so that no series of outcomes stops suggestions or shows everything. */
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
