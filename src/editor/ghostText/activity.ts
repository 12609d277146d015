import * as vscode from 'vscode';
import { backoff, type LastEdit } from '../../core/ghostText/suppression';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { ShownSuggestion, type SuggestionOutcome } from './shownSuggestion';

interface Dismissal {
  readonly document: vscode.TextDocument;
  readonly line: number;
  readonly lineBefore: string;
  /** The line up to the word at which the suggestion was dismissed. */
  readonly beforeWord: string;
}

/** The writer's recent actions and requests, as far as they decide whether to suggest. */
export class Activity implements vscode.Disposable {
  readonly #onOutcome: (outcome: SuggestionOutcome, document: vscode.TextDocument) => void;
  #lastEdits = new WeakMap<vscode.TextDocument, LastEdit>();
  /** The document that was typed in last, while its editor has the focus. */
  #typedIn: vscode.TextDocument | undefined;
  #dismissals = 0;
  #dismissedAt = 0;
  #dismissal: Dismissal | undefined;
  #snoozedUntil: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #quietChanged = new vscode.EventEmitter<void>();
  /** Fires when a pause of suggestions begins or ends. */
  readonly onDidChangeQuiet = this.#quietChanged.event;
  readonly #subscriptions: vscode.Disposable;

  /** The ghost text on screen. */
  readonly shown = new ShownSuggestion<vscode.TextDocument>((outcome, document) => {
    if (outcome === 'accepted') this.accepted();
    this.#onOutcome(outcome, document);
  });

  /** @param onOutcome called with the outcome of each suggestion shown */
  constructor(
    changes: DocumentChanges,
    onOutcome: (outcome: SuggestionOutcome, document: vscode.TextDocument) => void,
  ) {
    this.#onOutcome = onOutcome;
    this.#subscriptions = vscode.Disposable.from(
      changes.listen((change) => this.#changed(change)),
      // Text removed by a save, such as trailing spaces, was not deleted by the writer.
      vscode.workspace.onDidSaveTextDocument((document) => this.#lastEdits.delete(document)),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // VS Code may send the event only after the first key in the new editor.
        if (editor?.document !== this.#typedIn) this.#typedIn = undefined;
      }),
      this.#quietChanged,
    );
  }

  lastEdit(document: vscode.TextDocument): LastEdit {
    return this.#lastEdits.get(document) ?? 'none';
  }

  typedSinceFocus(document: vscode.TextDocument): boolean {
    return this.#typedIn === document;
  }

  /** Consecutive dismissals. */
  get dismissals(): number {
    return this.#dismissals;
  }

  /** Time of the last dismissal, in ms since the epoch. */
  get dismissedAt(): number {
    return this.#dismissedAt;
  }

  /** End of the snooze, in ms since the epoch; null without one. */
  get snoozedUntil(): number | null {
    return this.#snoozedUntil !== null && this.#snoozedUntil > Date.now() ? this.#snoozedUntil : null;
  }

  /** End of the pause by snoozing or after several dismissals; undefined without one. */
  get quietUntil(): number | undefined {
    const until = Math.max(this.snoozedUntil ?? 0, this.#dismissedAt + backoff(this.#dismissals));
    return until > Date.now() ? until : undefined;
  }

  /** Pauses automatic suggestions for `ms`; 0 ends any pause. */
  snooze(ms: number): void {
    this.#snoozedUntil = ms > 0 ? Date.now() + ms : null;
    if (ms === 0) this.#dismissals = 0;
    this.#quietMayChange();
  }

  /**
   * Call when Escape was pressed. Returns whether it dismissed a suggestion of Inkling: an Escape for another
   * extension's ghost text does not count.
   */
  dismissed(editor: vscode.TextEditor): boolean {
    const { document, selection } = editor;
    if (this.shown.at(document, document.offsetAt(selection.active)).length === 0) return false;
    this.#dismissals++;
    this.shown.dismissed();
    this.#dismissedAt = Date.now();
    const { line, character } = selection.active;
    const lineBefore = document.lineAt(line).text.slice(0, character);
    const beforeWord = lineBefore.slice(0, lineBefore.trimEnd().lastIndexOf(' ') + 1);
    this.#dismissal = { document, line, lineBefore, beforeWord };
    this.#quietMayChange();
    return true;
  }

  accepted(): void {
    this.#dismissals = 0;
    this.#dismissal = undefined;
    this.#quietMayChange();
  }

  /** Whether the cursor is still in the word at which a suggestion was dismissed. */
  inDismissedWord(document: vscode.TextDocument, position: vscode.Position): boolean {
    const last = this.#dismissal;
    if (last?.document !== document || last.line !== position.line) return false;
    const lineBefore = document.lineAt(position).text.slice(0, position.character);
    return (
      (last.lineBefore.startsWith(lineBefore) && lineBefore.startsWith(last.beforeWord)) ||
      (lineBefore.startsWith(last.lineBefore) && !/\s/.test(lineBefore.slice(last.lineBefore.length)))
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  #changed({ document, edit, edits, bySave }: DocumentChange): void {
    this.shown.edited(document, edits);
    if (bySave) return;
    this.#lastEdits.set(document, edit);
    const last = this.#dismissal;
    // Once more than the word of the dismissed suggestion was deleted, other text is being written, and the dismissal
    // no longer counts.
    if (last?.document === document) {
      const line = last.line < document.lineCount ? document.lineAt(last.line).text : '';
      if (!line.startsWith(last.beforeWord)) this.#dismissal = undefined;
    }
    if (document === vscode.window.activeTextEditor?.document) this.#typedIn = document;
  }

  #quietMayChange(): void {
    clearTimeout(this.#timer);
    const until = this.quietUntil;
    if (until !== undefined) this.#timer = setTimeout(() => this.#quietMayChange(), until - Date.now() + 1);
    this.#timer?.unref();
    this.#quietChanged.fire();
  }
}
