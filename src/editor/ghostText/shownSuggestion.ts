import { remainder, remainderInside } from '../../core/ghostText/remainder';
import type { TextEdit } from '../../core/text/edits';
import type { Suggestion } from '../../engine/api';

/** The outcome of a suggestion: partly accepted at least, or ignored by typing something else or dismissing it. */
export type SuggestionOutcome = 'accepted' | 'ignored';

/** A suggestion shown for less than this was not read, and thus not ignored. */
const READ_MS = 600;

interface Shown<D> {
  readonly document: D;
  readonly offset: number;
  /** The suggestion on screen, then its alternatives. */
  readonly suggestions: readonly Suggestion[];
  readonly since: number;
  readonly taken: boolean;
}

/**
 * Tracks the ghost text on screen through the writer's edits. VS Code only reports whole accepts; an accepted word
 * shows as an edit that inserts several characters of the suggestion at once.
 */
export class ShownSuggestion<D> {
  #shown: Shown<D> | undefined;

  readonly #onOutcome: (outcome: SuggestionOutcome, document: D) => void;
  readonly #now: () => number;

  constructor(onOutcome: (outcome: SuggestionOutcome, document: D) => void, now: () => number = Date.now) {
    this.#onOutcome = onOutcome;
    this.#now = now;
  }

  /** Call when ghost text appears. At the place to which the last one was tracked, it counts as the same suggestion. */
  show(document: D, offset: number, suggestions: readonly Suggestion[]): void {
    if (suggestions.length === 0) return;
    const last = this.#shown;
    const goesOn = last?.document === document && last.offset === offset;
    this.#shown = {
      document,
      offset,
      suggestions,
      since: goesOn ? last.since : this.#now(),
      taken: goesOn && last.taken,
    };
  }

  /** The suggestions on screen at a place, the visible one first; empty where there is no ghost text. */
  at(document: D, offset: number): readonly Suggestion[] {
    return this.#shown?.document === document && this.#shown.offset === offset ? this.#shown.suggestions : [];
  }

  /** Milliseconds since it appeared. */
  get shownForMs(): number {
    return this.#shown === undefined ? 0 : this.#now() - this.#shown.since;
  }

  /** Tracks an edit of a document. */
  edited(document: D, edits: readonly TextEdit[]): void {
    const shown = this.#shown;
    if (shown?.document !== document || edits.length === 0) return;
    const typed = edits.length === 1 ? typedAt(shown.offset, edits[0]) : undefined;
    if (typed !== undefined && this.#closedAtOnce(shown, typed)) return;
    const agreeing = shown.suggestions.filter(({ text }) => typed !== undefined && text.startsWith(typed));
    if (typed === undefined || agreeing.length === 0) {
      this.#gone(typed !== undefined);
      return;
    }
    const taken = typed.length > 1;
    if (taken && !shown.taken) this.#onOutcome('accepted', document);
    this.#shown = {
      ...shown,
      offset: shown.offset + typed.length,
      suggestions: agreeing.flatMap((suggestion) => remainder(suggestion, typed) ?? []),
      taken: taken || shown.taken,
    };
  }

  /**
   * Whether the edit was a suggested bracket or quote that the editor closed automatically: the suggestion continues
   * inside.
   */
  #closedAtOnce(shown: Shown<D>, typed: string): boolean {
    const suggestions = shown.suggestions.flatMap((suggestion) => remainderInside(suggestion, typed) ?? []);
    if (suggestions.length === 0) return false;
    this.#shown = { ...shown, offset: shown.offset + 1, suggestions };
    return true;
  }

  /** The writer dismissed it. */
  dismissed(): void {
    this.#gone(true);
  }

  /** @param refused whether by typing or a key, not by an edit elsewhere */
  #gone(refused: boolean): void {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown && refused && !shown.taken && this.#now() - shown.since >= READ_MS) {
      this.#onOutcome('ignored', shown.document);
    }
  }
}

/**
 * The text that an edit added at `offset`. Accepting a whole item replaces the line up to there, or its end, with
 * itself and more.
 */
function typedAt(offset: number, { offset: from, removed, text }: TextEdit): string | undefined {
  return from + removed === offset && text.length > removed ? text.slice(removed) : undefined;
}
