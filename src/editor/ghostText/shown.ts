/** The text that an edit put in place of `removed` characters. */
export interface Replaced {
  readonly offset: number;
  readonly removed: number;
  readonly text: string;
}

/** What became of a suggestion: some of it was taken, or it was gone past or sent away. */
export type Fate = 'accepted' | 'ignored';

/** What was on screen for a shorter time was not ignored: it was not read. */
const READ_MS = 600;

interface Shown<D> {
  readonly document: D;
  readonly offset: number;
  readonly texts: readonly string[];
  readonly since: number;
  readonly taken: boolean;
}

/**
 * Follows the ghost text on screen through the writer's edits. VS Code tells only of whole accepts; that a word was
 * accepted shows in an edit that puts several characters of the suggestion at once where it was.
 */
export class ShownSuggestion<D> {
  #shown: Shown<D> | undefined;

  constructor(
    private readonly onFate: (fate: Fate, document: D) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Ghost text appeared. At the place that the last one was followed to, it is the same that goes on. */
  show(document: D, offset: number, texts: readonly string[]): void {
    if (texts.length === 0) return;
    const last = this.#shown;
    const goesOn = last?.document === document && last.offset === offset;
    this.#shown = {
      document,
      offset,
      texts,
      since: goesOn ? last.since : this.now(),
      taken: goesOn && last.taken,
    };
  }

  /** Follows an edit of a document. */
  edited(document: D, replaced: readonly Replaced[]): void {
    const shown = this.#shown;
    if (shown?.document !== document || replaced.length === 0) return;
    const typed = replaced.length === 1 ? typedAt(shown.offset, replaced[0]) : undefined;
    const left = shown.texts.filter((text) => typed !== undefined && text.startsWith(typed));
    if (typed === undefined || left.length === 0) {
      this.#gone(typed !== undefined);
      return;
    }
    const taken = typed.length > 1;
    if (taken && !shown.taken) this.onFate('accepted', document);
    this.#shown = {
      ...shown,
      offset: shown.offset + typed.length,
      texts: left.map((text) => text.slice(typed.length)),
      taken: taken || shown.taken,
    };
  }

  /** The writer sent it away. */
  dismissed(): void {
    this.#gone(true);
  }

  /** @param refused by what was typed or pressed, not by an edit elsewhere */
  #gone(refused: boolean): void {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown && refused && !shown.taken && this.now() - shown.since >= READ_MS) this.onFate('ignored', shown.document);
  }
}

/** What an edit added at `offset`. A whole accept replaces the line up to there by itself and more. */
function typedAt(offset: number, { offset: from, removed, text }: Replaced): string | undefined {
  return from + removed === offset && text.length > removed ? text.slice(removed) : undefined;
}
