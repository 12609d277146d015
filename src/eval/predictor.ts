import type { CompleteRequest, Completion, WordEnd } from '../core/completion/types';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import type { EvalCase } from './cases';

/** A suggestion before the gate: its text and how sure its author was at the end of each whole word. */
export interface Prediction {
  readonly text: string;
  readonly words: readonly WordEnd[];
}

/** What is measured: the model, or a baseline. */
export interface Predictor {
  readonly name: string;
  /** @param threshold nothing is needed behind the first word of which the author is less sure than this */
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

/** The model as a predictor. In Markdown it reads and writes as in the editor. */
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
