import type { CompleteRequest, Completion } from '../core/completion/types';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import type { Predictor } from './predictor';

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
