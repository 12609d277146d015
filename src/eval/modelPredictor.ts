import type { CompleteRequest, Completion } from '../core/completion/types';
import { MarkdownDocument, readMarkdown } from '../core/markdown';
import type { Predictor } from './predictor';

/** A text with a cursor at its end is parsed at most this far back, in characters. */
const MARKDOWN_REACH = 20_000;

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
  const near = prefix.slice(-MARKDOWN_REACH);
  return readMarkdown(new MarkdownDocument(near), near.length).request;
}
