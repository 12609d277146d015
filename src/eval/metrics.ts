import type { EvalCase } from './cases';
import { countWords, matchesWords, oneLine, usefulLength } from './match';
import { gated, type Prediction } from './predictor';

/** A case with the prediction for it, before the gate. */
export interface Observation {
  readonly target: string;
  readonly prediction: Prediction;
}

/** Exact match at n words: how often n words were shown, and how often they were right. */
export interface ExactMatch {
  readonly words: number;
  readonly coverage: number;
  readonly exact: number;
}

/** Results at one threshold of the gate. Shares are of all cases unless stated otherwise. */
export interface Operation {
  readonly threshold: number;
  /** Share of cases with a suggestion. */
  readonly coverage: number;
  /** Share of suggestions whose first word, at least, is right. */
  readonly accepted: number;
  readonly exactMatch: readonly ExactMatch[];
  /** Characters saved per case. */
  readonly saved: number;
  /** Mean length of a suggestion, in characters. */
  readonly shownLength: number;
}

/** One bin of the reliability curve, for suggestions with similar confidence in the first word. */
export interface ReliabilityBin {
  readonly count: number;
  /** Mean predicted probability, and the share that was right. */
  readonly predicted: number;
  readonly actual: number;
}

const MOST_WORDS = 5;
const BINS = 10;

export function observe(place: EvalCase, prediction: Prediction): Observation {
  return { target: oneLine(place.target), prediction };
}

/** Applies the gate at one threshold to all observations. */
export function operate(observations: readonly Observation[], threshold: number): Operation {
  const all = observations.map(({ target, prediction }) => ({ target, text: gated(prediction, threshold) }));
  const shown = all.filter(({ text }) => text !== '');
  const useful = shown.map(({ text, target }) => usefulLength(text, target));
  const exactMatch = Array.from({ length: MOST_WORDS }, (_, i) => {
    const long = shown.filter(({ text }) => countWords(text) > i);
    const exact = long.filter(({ text, target }) => matchesWords(text, target, i + 1));
    return { words: i + 1, coverage: share(long.length, all.length), exact: share(exact.length, long.length) };
  });
  return {
    threshold,
    coverage: share(shown.length, all.length),
    accepted: share(useful.filter((length) => length > 0).length, shown.length),
    exactMatch,
    saved: share(sum(useful), all.length),
    shownLength: share(sum(shown.map(({ text }) => text.length)), shown.length),
  };
}

/** Predicted probability of the first word against the share of right ones, in bins. */
export function reliability(observations: readonly Observation[]): ReliabilityBin[] {
  const bins: { predicted: number; right: boolean }[][] = Array.from({ length: BINS }, () => []);
  for (const { target, prediction } of observations) {
    const [first] = prediction.words;
    if (first === undefined) continue;
    const predicted = Math.exp(first.logprob);
    const said = prediction.text.slice(0, first.length).trimEnd();
    const right = usefulLength(said, target) === said.length;
    bins[Math.min(BINS - 1, Math.floor(predicted * BINS))].push({ predicted, right });
  }
  return bins.flatMap((bin) => {
    if (bin.length === 0) return [];
    const right = bin.filter((entry) => entry.right).length;
    return [
      {
        count: bin.length,
        predicted: sum(bin.map(({ predicted }) => predicted)) / bin.length,
        actual: right / bin.length,
      },
    ];
  });
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * The confidence that a share `rate` (0 to 1) of these scores reaches. At 0 none does, at 1 all do.
 * @throws RangeError without scores, or for a rate outside 0 to 1
 */
export function confidenceFor(scores: readonly number[], rate: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`A trigger rate lies between 0 and 1, not at ${rate}.`);
  if (scores.length === 0) throw new RangeError('There are no scores to calibrate on.');
  if (rate === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return Number.NEGATIVE_INFINITY;
  const descending = [...scores].sort((a, b) => b - a);
  const shown = rate * descending.length;
  const at = Math.floor(shown);
  if (at === 0) return descending[0];
  if (at >= descending.length) return descending[descending.length - 1];
  // Interpolated between the last score that passes and the first that does not.
  return descending[at - 1] + (descending[at] - descending[at - 1]) * (shown - at);
}
