import type { Completion, CompletionReason, Suggestion } from '../../core/completion/types';
import { continuation } from '../../core/ghostText/remainder';
import type { Query, Suggester } from './suggester';

/** After this many ms without a key the writer is reading the suggestion rather than typing on. */
const IDLE_MS = 400;
/** Ends of a suggestion after which more can follow on the same line. */
const GOES_ON: readonly CompletionReason[] = ['sentence', 'budget', 'unsure'];

/**
 * While the writer looks at a suggestion, computes its continuation, so that the next one is available as soon as this
 * one is accepted. Any other request has precedence.
 */
export class LookAhead {
  readonly #suggester: Pick<Suggester, 'suggest' | 'busy'>;
  #timer: NodeJS.Timeout | undefined;

  constructor(suggester: Pick<Suggester, 'suggest' | 'busy'>) {
    this.#suggester = suggester;
  }

  /** Whether it is going to compute a continuation, unless the writer types on. */
  get waiting(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Call when a suggestion is shown.
   * @param stays whether the cursor is still there: what would be computed ahead would only end the reading of the text
   *   to which the writer went
   */
  after(query: Query, { suggestions: [first] }: Completion, stays: () => boolean): void {
    this.cancel();
    if (first === undefined || !canGoOn(query, first)) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // The error recurs, and is reported, when the writer gets there.
      if (!this.#suggester.busy && stays()) {
        this.#suggester.suggest(next(query, first), new AbortController().signal).catch(() => {});
      }
    }, IDLE_MS);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Where the suggestion closes emphasis or breaks the line, the text that follows must be read again. */
function canGoOn({ request: { style } }: Query, { ended }: Suggestion): boolean {
  return GOES_ON.includes(ended) && !style?.closer && style?.room === undefined;
}

function next({ before, request }: Query, suggestion: Suggestion): Query {
  // No offset is given, as text that is not accepted yet is not in the document.
  const place = request.place && { document: request.place.document };
  return {
    before: before + suggestion.text,
    request: { ...continuation(request, suggestion), alternatives: 1, ...(place && { place }) },
  };
}
