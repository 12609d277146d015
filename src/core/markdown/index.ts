/** What Inkling knows of Markdown: where the cursor is, what the model reads there, and how a suggestion must look. */
import type { CompleteRequest } from '../completion/types';
import { cleanText } from './clean';
import { type Construct, constructAt } from './construct';
import type { MarkdownDocument } from './document';
import { mannerOf } from './style';

export { cleanText } from './clean';
export { type Construct, type ConstructKind, constructAt } from './construct';
export { MarkdownDocument, type TextBefore } from './document';
export { mannerOf, typographyOf } from './style';

/** The cursor's place in a Markdown document, and what to ask the model there. */
export interface Reading {
  readonly construct: Construct;
  readonly request: Pick<CompleteRequest, 'prefix' | 'manner'>;
}

/** Reads the document at `offset`, in UTF-16 units. */
export function readMarkdown(document: MarkdownDocument, offset: number): Reading {
  const before = document.before(offset);
  const construct = constructAt(before);
  return { construct, request: { prefix: cleanText(before, construct), manner: mannerOf(before, construct) } };
}
