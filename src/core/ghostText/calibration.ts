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
