import * as vscode from 'vscode';
import type { Moment } from '../../core/ghostText/gate';
import { TypingPace } from '../../core/ghostText/pace';
import { settingsFor } from '../configuration';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { textBefore } from '../documentText';
import { isKeystroke } from '../edits';
import type { Query, Suggester } from './suggester';
import { ASKED, AUTOMATIC, type EditorPlace, type QuestionSources, questionAt } from './suggestionContext';

/** How long the cursor must rest before the model reads the text before it. */
const REST_MS = 200;
/** A cursor move this soon after an edit belongs to the edit. */
const EDIT_MS = 1_000;

/** The parts of a head start. */
export interface HeadStartParts extends QuestionSources {
  readonly suggester: Suggester;
  readonly changes: DocumentChanges;
}

/**
 * Starts looking for a suggestion before VS Code asks: 50 ms earlier with each key, and by reading the text before the
 * cursor where it rests or an editor opens. Also measures the writer's pace from the keys.
 */
export class HeadStart implements vscode.Disposable {
  readonly #pace = new TypingPace();
  #lastChangeAt = Number.NEGATIVE_INFINITY;
  #lastChanged: vscode.TextDocument | undefined;
  #deleted = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #subscriptions: vscode.Disposable;

  readonly #parts: HeadStartParts;

  constructor(parts: HeadStartParts) {
    this.#parts = parts;
    this.#subscriptions = vscode.Disposable.from(
      parts.changes.listen((change) => this.#typed(change)),
      vscode.window.onDidChangeActiveTextEditor(() => this.#rests()),
      vscode.window.onDidChangeTextEditorSelection(() => this.#rests()),
    );
    this.#rests();
  }

  /** The writer's pace and last key, for the gate. */
  get moment(): Pick<Moment, 'pace' | 'waited' | 'deleted'> {
    return { pace: this.#pace, waited: performance.now() - this.#lastChangeAt, deleted: this.#deleted };
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  /** Handles a key: aborts a generation that it contradicts, and starts looking for a suggestion. */
  #typed({ document, edit, edits: [change, ...others], bySave }: DocumentChange): void {
    // VS Code also reports changes of output channels and of files in the background.
    if (document !== vscode.window.activeTextEditor?.document) return;
    const now = performance.now();
    this.#lastChangeAt = now;
    this.#lastChanged = document;
    this.#deleted = edit === 'delete';
    const { suggester } = this.#parts;
    if (change === undefined || others.length > 0) {
      this.#pace.interrupted();
      return;
    }
    const position = document.positionAt(change.offset + change.text.length);
    const isWritten = edit === 'insert' && !bySave;
    if (isWritten && isKeystroke(change)) {
      const line = document.lineAt(position.line).text;
      this.#pace.key(line.slice(0, Math.max(0, position.character - change.text.length)), now);
    } else {
      this.#pace.interrupted();
    }
    if (suggester.busy) suggester.typed(textBefore(document, position));
    if (!isWritten) return;
    const query = this.#queryAt({ document, position, context: AUTOMATIC, settings: settingsFor(document) });
    if (query) suggester.headStart(query);
  }

  /** The cursor moved: once it rests, the model reads the text before it. */
  #rests(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || this.#parts.energy.energySaving) return;
      if (this.#parts.suggester.busy) {
        this.#rests();
        return;
      }
      const { document, selection } = editor;
      // The key that moved the cursor already started reading there.
      if (document === this.#lastChanged && performance.now() - this.#lastChangeAt < EDIT_MS) return;
      // As for an explicit request: that nothing was typed here yet is no reason not to read.
      const place = { document, position: selection.active, context: ASKED, settings: settingsFor(document) };
      if (place.settings.ghostText.mode === 'manual') return;
      const query = this.#queryAt(place);
      if (query) this.#parts.suggester.readAhead(query);
    }, REST_MS);
  }

  /** The query for a place; undefined where no suggestion may be made. */
  #queryAt(place: EditorPlace): Query | undefined {
    try {
      const { suppressed, query } = questionAt(place, this.#parts);
      return suppressed ? undefined : query();
    } catch {
      // The error recurs, and is reported, when VS Code asks.
      return undefined;
    }
  }
}
