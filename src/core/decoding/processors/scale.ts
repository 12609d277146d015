import { argmax, logSoftmax, type Scores } from '../../logits';
import { check, FLOAT32_MAX, type LogitsProcessor } from './processor';

/** Below this, the quotient of a logit may overflow float32, as logits are hardly ever beyond 2^60. */
const LEAST_HARMLESS = 2 ** -60;

/**
 * Divides every score by a positive temperature: below 1 the likely tokens gain, above 1 the unlikely ones.
 * Ackley, Hinton and Sejnowski 1985, "A learning algorithm for Boltzmann machines".
 */
export function temperature(value: number): LogitsProcessor {
  check('temperature', value, value > 0, 'greater than 0');
  return (_context, scores) => {
    if (value < LEAST_HARMLESS) shiftBestToZero(scores);
    for (let i = 0; i < scores.length; i++) scores[i] /= value;
  };
}

/** The draw depends on differences alone. */
function shiftBestToZero(scores: Scores): void {
  const best = scores[argmax(scores)];
  if (Number.isFinite(best)) for (let i = 0; i < scores.length; i++) scores[i] -= best;
}

/** Turns scores into log-probabilities; where every token is masked all stay so. */
export function logNormalize(): LogitsProcessor {
  return (_context, scores) => {
    logSoftmax(scores, scores);
  };
}

/** Replaces what is not a number by 0 and infinities by the greatest finite float32 of their sign. */
export function removeInvalid(): LogitsProcessor {
  return (_context, scores) => {
    for (let i = 0; i < scores.length; i++) {
      if (Number.isNaN(scores[i])) scores[i] = 0;
      else if (!Number.isFinite(scores[i])) scores[i] = Math.sign(scores[i]) * FLOAT32_MAX;
    }
  };
}

/**
 * Classifier-free guidance: moves the log-probabilities away from those of a second, unguided text. A token that is
 * masked in either stays so.
 * Sanchez et al. 2023, "Stay on topic with Classifier-Free Guidance", https://arxiv.org/abs/2306.17806
 */
export function guidance(scale: number, unguided: ArrayLike<number>): LogitsProcessor {
  return (_context, scores) => {
    const base = logSoftmax(Float64Array.from(unguided));
    const guided = logSoftmax(scores, scores);
    for (let i = 0; i < scores.length; i++) {
      const masked = guided[i] === -Infinity || base[i] === -Infinity;
      scores[i] = masked ? -Infinity : scale * (guided[i] - base[i]) + base[i];
    }
  };
}
