import * as vscode from 'vscode';
import type { Gated } from '../../core/ghostText/gate';
import type { Query } from './suggester';
import type { EditorPlace } from './suggestionContext';

/** A request from VS Code within this many ms of a trigger is the answer to it. */
const ASKS_WITHIN_MS = 1_000;

/** A place with nothing to show yet. */
interface Awaited {
  readonly place: EditorPlace;
  readonly version: number;
  readonly query: Query;
}

/** The last trigger: when, for which version of which document, and why nothing had been shown before. */
interface Told {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly at: number;
  readonly why: 'late' | 'pause';
}

/**
 * Triggers VS Code again at a place that had nothing to show yet, once there is something and if the cursor is still
 * there: after an empty answer VS Code does not ask by itself.
 */
export class ReTrigger implements vscode.Disposable {
  #awaited: Awaited | undefined;
  /** Whether a suggestion is known and only waits for the writer to pause. */
  #paused = false;
  #told: Told | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #known: (place: EditorPlace, query: Query) => Gated | undefined;

  /** @param known the gated result for a place so far; undefined while there is none */
  constructor(known: (place: EditorPlace, query: Query) => Gated | undefined) {
    this.#known = known;
  }

  /** @param waitMs delay after which a known suggestion may be shown; otherwise call `look` when more is known */
  await(place: EditorPlace, query: Query, waitMs?: number): void {
    this.#awaited = { place, version: place.document.version, query };
    if (waitMs !== undefined) this.#lookIn(waitMs);
  }

  /** Call for each change of a document: nothing is awaited at its old state any more. */
  changed(document: vscode.TextDocument): void {
    if (this.#awaited?.place.document === document) this.#cancel();
  }

  /** Checks whether there is something to show by now. */
  look(): void {
    if (!this.#awaited) return;
    const { place, version, query } = this.#awaited;
    const { document, position } = place;
    const editor = vscode.window.activeTextEditor;
    const isThere = editor?.document === document && document.version === version && editor.selection.isEmpty;
    if (!isThere || !editor.selection.active.isEqual(position)) {
      this.#cancel();
      return;
    }
    const known = this.#known(place, query);
    if (!known) return;
    if (known.waitMs !== undefined) {
      this.#lookIn(known.waitMs);
      return;
    }
    const why = this.#paused ? 'pause' : 'late';
    this.#cancel();
    if (known.completion.suggestions.length === 0) return;
    this.#told = { document, version: document.version, at: performance.now(), why };
    vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** Why VS Code asks, if it was triggered here rather than by the writer. */
  wasTold(document: vscode.TextDocument): Told['why'] | undefined {
    const told = this.#told;
    this.#told = undefined;
    const isAnswer = told?.document === document && told.version === document.version;
    return isAnswer && performance.now() - told.at < ASKS_WITHIN_MS ? told.why : undefined;
  }

  dispose(): void {
    this.#cancel();
  }

  #cancel(): void {
    this.#awaited = undefined;
    this.#paused = false;
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#paused = true;
    this.#timer = setTimeout(() => this.look(), ms);
  }
}
