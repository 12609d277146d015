import type { WordEnd } from '../core/completion/types';
import type { EvalCase } from './cases';

/** A suggestion before the gate: its text and how sure its author was at the end of each whole word. */
export interface Prediction {
  readonly text: string;
  readonly words: readonly WordEnd[];
}

/** What is measured: the model, or a baseline. */
export interface Predictor {
  readonly name: string;
  /** What lies beyond the first word of which the author is less sure than `threshold` need not be predicted. */
  predict(place: Pick<EvalCase, 'prefix' | 'markdown' | 'document'>, threshold?: number): Promise<Prediction>;
}

/** What the gate lets through at a threshold: the whole words up to the first of which the author is less sure. */
export function gated({ text, words }: Prediction, threshold: number): string {
  let length = 0;
  for (const word of words) {
    if (word.confidence < threshold) break;
    length = word.length;
  }
  return text.slice(0, length);
}

/** How sure the author was of the first word, which decides whether anything is shown. */
export function opening({ words }: Prediction): number {
  return words[0]?.confidence ?? Number.NEGATIVE_INFINITY;
}
