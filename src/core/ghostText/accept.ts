import type { CompleteRequest, Suggestion } from '../completion/types';
import { sentenceSpans } from '../text/sentences';

/** Sentences before the cursor are found within this many characters. */
const REACH = 500;

/** The part of a suggestion that ends the sentence under way, or all of it when it ends none. */
export function firstSentence(before: string, suggestion: string): string {
  const near = before.slice(-REACH);
  const text = near + suggestion;
  const end = sentenceSpans(text).find(([, to]) => text.slice(near.length, to).trim() !== '');
  return end === undefined ? suggestion : text.slice(near.length, end[1]);
}

/** The request for what comes after an accepted suggestion, so that it can be computed ahead. */
export function continuation(request: CompleteRequest, accepted: Pick<Suggestion, 'text'>): CompleteRequest {
  return { ...request, prefix: request.prefix + accepted.text };
}
