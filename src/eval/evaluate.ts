import type { EvalCase } from './cases';
import {
  confidenceFor,
  type Observation,
  type Operation,
  observe,
  operate,
  type ReliabilityBin,
  reliability,
} from './metrics';
import { opening, type Predictor } from './predictor';
import { savingRate, type Typing, typeOut } from './typing';

export interface EvalOptions {
  /** Share of cases with a suggestion, 0 to 1, at which predictors are compared. */
  readonly triggerRate: number;
  /** Number of cases typed out to measure keystrokes. */
  readonly typed: number;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface Evaluation {
  readonly name: string;
  /** Without the gate, and at the threshold for the trigger rate. */
  readonly ungated: Operation;
  readonly gated: Operation;
  /** Results at trigger rates from 0.1 to 1. */
  readonly curve: readonly Operation[];
  readonly reliability: readonly ReliabilityBin[];
  /** Share of keystrokes saved; null when no case was typed out. */
  readonly keystrokes: { readonly ungated: number; readonly gated: number } | null;
  /** Confidence in the first word, for each case with a suggestion; input of `confidenceFor`. */
  readonly scores: readonly number[];
}

const RATES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Measures one predictor on cases in order, so that its cache is as warm as in real use. */
export async function evaluate(
  predictor: Predictor,
  cases: readonly EvalCase[],
  { triggerRate, typed: most, onProgress }: EvalOptions,
): Promise<Evaluation> {
  if (cases.length === 0) throw new Error('There is nothing to evaluate on: the file holds no case.');
  const observations: Observation[] = [];
  const some = cases.filter((_, i) => i % Math.ceil(cases.length / Math.max(1, most)) === 0).slice(0, most);
  for (const place of cases) {
    observations.push(observe(place, await predictor.predict(place)));
    onProgress?.(observations.length, cases.length + 2 * some.length);
  }
  const scores = observations.map(({ prediction }) => opening(prediction));
  const threshold = confidenceFor(scores, triggerRate);
  // Two separate passes, so that what a memory learns in the first does not help the second.
  const typed = { open: [] as Typing[], gated: [] as Typing[] };
  for (const place of some) {
    typed.open.push(await typeOut(predictor, place, Number.NEGATIVE_INFINITY));
    onProgress?.(cases.length + typed.open.length, cases.length + 2 * some.length);
  }
  for (const place of some) {
    typed.gated.push(await typeOut(predictor, place, threshold));
    onProgress?.(cases.length + some.length + typed.gated.length, cases.length + 2 * some.length);
  }
  return {
    name: predictor.name,
    ungated: operate(observations, Number.NEGATIVE_INFINITY),
    gated: operate(observations, threshold),
    curve: RATES.map((rate) => operate(observations, confidenceFor(scores, rate))),
    reliability: reliability(observations),
    keystrokes: some.length === 0 ? null : { ungated: savingRate(typed.open), gated: savingRate(typed.gated) },
    scores: scores.filter(Number.isFinite),
  };
}
