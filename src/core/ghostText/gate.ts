import { calibrate } from './calibration';

/**
 * How sure the default model was of its first word at 400 cursors in held-out prose, half of it literature: every
 * twentieth part, most sure first, the last where it had nothing to say (docs/evaluation.md tells how).
 */
const DEFAULT_SCORES: readonly number[] = [
  -0.04, -0.25, -0.5, -0.79, -0.97, -1.13, -1.28, -1.41, -1.51, -1.68, -1.85, -1.94, -2.06, -2.24, -2.35, -2.6, -2.87,
  -3.21, -3.82, -20,
];

/** The gate's threshold (`CompleteRequest.minLogprob`) at which about this share of cursors, 0 to 1, has a suggestion. */
export function thresholdFor(triggerRate: number): number {
  return calibrate(DEFAULT_SCORES, triggerRate);
}
