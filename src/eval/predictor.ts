import type { CompleteRequest, Completion, WordEnd } from '../core/completion/types';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import type { EvalCase } from './cases';

/** A suggestion before the gate: its text, and the predictor's confidence at the end of each whole word. */
export interface Prediction {
  readonly text: string;
  readonly words: readonly WordEnd[];
}

/** What is evaluated: the model, or a baseline. */
export interface Predictor {
  readonly name: string;
  /** @param threshold words after the first one below this confidence are not needed */
  predict(place: Pick<EvalCase, 'prefix' | 'markdown' | 'document'>, threshold?: number): Promise<Prediction>;
}

/** What the gate passes at a threshold: the whole words before the first one below it. */
export function gated({ text, words }: Prediction, threshold: number): string {
  let length = 0;
  for (const word of words) {
    if (word.confidence < threshold) break;
    length = word.length;
  }
  return text.slice(0, length);
}

/** Confidence in the first word, which decides whether anything is shown. */
export function opening({ words }: Prediction): number {
  return words[0]?.confidence ?? Number.NEGATIVE_INFINITY;
}

/** The model as a predictor; treats Markdown as the editor does. */
export function modelPredictor(
  name: string,
  complete: (request: CompleteRequest) => Promise<Completion>,
  maxTokens?: number,
): Predictor {
  return {
    name,
    async predict({ prefix, markdown }, minLogprob = Number.NEGATIVE_INFINITY) {
      const { suggestions } = await complete({
        ...requestFor(prefix, markdown),
        minLogprob,
        ...(maxTokens && { maxTokens }),
      });
      const [first] = suggestions;
      return first === undefined ? { text: '', words: [] } : { text: first.text, words: first.words };
    },
  };
}

function requestFor(prefix: string, markdown: boolean): CompleteRequest {
  if (!markdown) return { prefix };
  return readMarkdown(new MarkdownDocument(prefix), prefix.length).request;
}
