import * as vscode from 'vscode';
import { consider } from '../../core/ghostText/consider';
import { gate, type Moment, stays } from '../../core/ghostText/gate';
import { TypingPace } from '../../core/ghostText/pace';
import type { Suppression } from '../../core/ghostText/suppression';
import { wholeCharacter } from '../../core/text/lines';
import type { Completion, Suggestion } from '../../engine/api';
import { EngineError } from '../../engine/runtime';
import { settingsFor } from '../configuration';
import type { DocumentChange, DocumentChanges } from '../documentChanges';
import { type DocumentText, textBefore } from '../documentText';
import type { Energy } from '../energySaving/energy';
import { ENERGY_SAVING_TOKENS } from '../energySaving/energySaving';
import type { Memory } from '../memory/memory';
import type { Activity } from './activity';
import type { FileExclusions } from './fileExclusions';
import type { Learning } from './learning';
import { LookAhead } from './lookAhead';
import { type Query, type Suggester, SuggesterReset } from './suggester';
import { observe, type Place } from './suggestionContext';

/** What came of the last request, for `Inkling: Why No Suggestion?`. */
export type Outcome =
  | { readonly kind: 'suppressed'; readonly suppression: Suppression }
  | ({ readonly kind: 'answered'; readonly completion: Completion } & Query)
  | { readonly kind: 'failed'; readonly message: string };

/** How a request of VS Code's was answered. */
export interface Answer {
  /** Undefined when a newer request took over. */
  readonly outcome: Outcome | undefined;
  /** From the request to the answer. */
  readonly ms: number;
  /** VS Code had given the request up, or the document had changed: the answer was thrown away. */
  readonly outdated: boolean;
  /** Suggestions handed to VS Code. */
  readonly items: number;
  /** VS Code was told to ask again, where there had been nothing yet. */
  readonly again: boolean;
}

/** What is told when a suggestion was accepted as a whole. */
export interface Accepted {
  readonly suggestion: Suggestion;
}

/** What ghost text is made of. */
export interface Parts {
  readonly suggester: Suggester;
  readonly text: DocumentText;
  readonly changes: DocumentChanges;
  readonly activity: Activity;
  readonly exclusions: FileExclusions;
  readonly learning: Pick<Learning, 'offset'>;
  readonly energy: Pick<Energy, 'energySaving'>;
  readonly memory: Pick<Memory, 'placeAt'>;
  readonly log: vscode.LogOutputChannel;
}

/** A cursor that rests at a place for so long has the model read what is before it. */
const REST_MS = 200;
/** The cursor moves with an edit so soon after it. */
const EDIT_MS = 1_000;
/** VS Code asks so soon after it was told to. */
const ASKS_WITHIN_MS = 1_000;

const ASKED: vscode.InlineCompletionContext = {
  triggerKind: vscode.InlineCompletionTriggerKind.Invoke,
  selectedCompletionInfo: undefined,
};
const AUTOMATIC: vscode.InlineCompletionContext = {
  triggerKind: vscode.InlineCompletionTriggerKind.Automatic,
  selectedCompletionInfo: undefined,
};

/** A place where there was nothing to show yet. */
interface Awaited {
  readonly place: Place;
  readonly version: number;
  readonly query: Query;
}

/** Ghost text: asks whether to speak, then the suggester, then whether it is worth it, and anchors what it says. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  #outcome: Outcome | undefined;
  readonly #answered = new vscode.EventEmitter<Answer>();
  readonly onDidAnswer = this.#answered.event;
  readonly #lookAhead: LookAhead;
  readonly #pace = new TypingPace();
  #lastKeyAt = Number.NEGATIVE_INFINITY;
  #lastChangeAt = Number.NEGATIVE_INFINITY;
  /** Where something may be shown a little later. */
  #awaited: Awaited | undefined;
  /** When VS Code was told to ask again, and at which version of what. */
  #told: { readonly document: vscode.TextDocument; readonly version: number; readonly at: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  readonly #subscriptions: vscode.Disposable;

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#lookAhead = new LookAhead(parts.suggester);
    this.#subscriptions = vscode.Disposable.from(
      parts.changes.listen((change) => this.#typed(change)),
      parts.suggester.onDidEnd(() => this.#lookAgain()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#rests()),
      vscode.window.onDidChangeTextEditorSelection(() => this.#rests()),
    );
    this.#rests();
  }

  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    asked: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const askedAt = performance.now();
    const { version } = document;
    const again = this.#wasTold(document);
    const context = again ? { ...asked, triggerKind: AUTOMATIC.triggerKind } : asked;
    const place = { document, position, context, settings: settingsFor(document) };
    this.#lookAhead.cancel();
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const { deadline } = place.settings.ghostText;
    const outcome = await this.#consider(place, abort.signal, isAutomatic(place) ? deadline : undefined);
    subscription.dispose();
    const outdated = token.isCancellationRequested || document.version !== version;
    const items = outcome === undefined || outdated ? [] : this.#show(place, outcome);
    this.#answered.fire({ outcome, ms: performance.now() - askedAt, outdated, items: items.length, again });
    return items;
  }

  /** What there is to say at the cursor, as if the writer had just come there by typing. */
  async consider(editor: vscode.TextEditor): Promise<Outcome | undefined> {
    const { document, selection } = editor;
    const place = { document, position: selection.active, context: AUTOMATIC, settings: settingsFor(document) };
    return this.#consider(place, new AbortController().signal);
  }

  /** Whether what follows the suggestion on screen will be computed ahead. */
  get looksAhead(): boolean {
    return this.#lookAhead.waiting;
  }

  dispose(): void {
    this.#lookAhead.cancel();
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
    this.#subscriptions.dispose();
    this.#answered.dispose();
  }

  #show(place: Place, outcome: Outcome): vscode.InlineCompletionItem[] {
    this.#outcome = outcome;
    if (outcome.kind !== 'answered') return [];
    const { document, position, settings } = place;
    const { suggestions } = outcome.completion;
    this.#parts.activity.shown.show(document, document.offsetAt(position), suggestions);
    if (settings.ghostText.lookAhead && !this.#parts.energy.energySaving) {
      this.#lookAhead.after(outcome, outcome.completion);
    }
    return itemsFor(place, suggestions);
  }

  /** A key: ends what it refutes, and begins to look for what to say before VS Code asks. */
  #typed({ document, edit, replaced: [change, ...others], bySave }: DocumentChange): void {
    this.#awaited = undefined;
    clearTimeout(this.#timer);
    this.#lastChangeAt = performance.now();
    const { suggester } = this.#parts;
    if (change === undefined || others.length > 0) return;
    const position = document.positionAt(change.offset + change.text.length);
    const isKey = edit === 'insert' && !bySave && vscode.window.activeTextEditor?.document === document;
    if (isKey) {
      const now = performance.now();
      const line = document.lineAt(position.line).text;
      this.#pace.key(line.slice(0, Math.max(0, position.character - change.text.length)), now);
      this.#lastKeyAt = now;
    }
    if (suggester.busy) suggester.typed(textBefore(document, position));
    if (!isKey) return;
    const query = this.#queryAt({ document, position, context: AUTOMATIC, settings: settingsFor(document) });
    if (query) suggester.headStart(query);
  }

  /** The cursor came to a place: once it rests there, the model reads what is before it. */
  #rests(): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      const editor = vscode.window.activeTextEditor;
      // Where the cursor went with an edit, the model has read.
      const isEdit = performance.now() - this.#lastChangeAt < EDIT_MS;
      if (!editor || this.#parts.energy.energySaving || isEdit) return;
      const { document, selection } = editor;
      // As if the next key had been typed: that nothing was yet is no reason not to read.
      const place = { document, position: selection.active, context: ASKED, settings: settingsFor(document) };
      if (place.settings.ghostText.mode === 'manual') return;
      const query = this.#queryAt(place);
      if (query) this.#parts.suggester.readAhead(query);
    }, REST_MS);
  }

  /** What would be asked at a place; nothing where there is no suggestion anyway. */
  #queryAt(place: Place): Query | undefined {
    try {
      const { suppressed, query } = this.#question(place);
      return suppressed ? undefined : query();
    } catch {
      // It is told when VS Code asks.
      return undefined;
    }
  }

  /** Undefined when a newer request took over. */
  async #consider(place: Place, signal: AbortSignal, deadlineMs?: number): Promise<Outcome | undefined> {
    try {
      const { suppressed, query: ask } = this.#question(place);
      if (suppressed && suppressed.code !== 'just-deleted') return { kind: 'suppressed', suppression: suppressed };
      const query = ask();
      if (suppressed) {
        const known = this.#parts.suggester.recall(query);
        const completion = known && this.#gated(place, query, known);
        return completion && completion.suggestions.length > 0
          ? { kind: 'answered', ...query, completion }
          : { kind: 'suppressed', suppression: suppressed };
      }
      const { completion } = await this.#parts.suggester.suggest(query, signal, deadlineMs);
      return {
        kind: 'answered',
        ...query,
        completion: this.#gated(place, query, completion, deadlineMs !== undefined),
      };
    } catch (error) {
      if (error instanceof SuggesterReset && !signal.aborted) {
        return this.#consider({ ...place, settings: settingsFor(place.document) }, signal, deadlineMs);
      }
      if (error instanceof Error && error.name === 'AbortError') return undefined;
      // What ails the engine itself is logged once, as its health.
      if (!(error instanceof EngineError)) this.#parts.log.error(error instanceof Error ? error : String(error));
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * What of a completion is shown at a place: what is on screen there, then what was found, unless it is not worth it.
   * @param mayWait whether VS Code is to ask again once something may be shown that may not yet
   */
  #gated(place: Place, query: Query, completion: Completion, mayWait = false): Completion {
    const kept = this.#keepShown(place, completion);
    if (!isAutomatic(place)) return kept;
    if (kept !== completion) {
      const { shown } = this.#parts.activity;
      if (stays(kept.suggestions[0], shown.shownForMs, place.settings.ghostText.triggerRate)) return kept;
      return { suggestions: [], reason: 'empty' };
    }
    const gated = gate(completion, this.#moment(place, query, mayWait));
    const later = gated.waitMs !== undefined || completion.reason === 'unfinished';
    if (mayWait && gated.completion.suggestions.length === 0 && (later || this.#parts.suggester.busy)) {
      this.#awaited = { place, version: place.document.version, query };
      if (gated.waitMs !== undefined) this.#lookAgainIn(gated.waitMs);
    }
    return gated.completion;
  }

  #moment({ document, settings }: Place, { before }: Query, typing: boolean): Moment {
    const { triggerRate, learn } = settings.ghostText;
    return {
      rate: triggerRate,
      learnt: learn ? this.#parts.learning.offset : 0,
      before,
      pace: this.#pace,
      waited:
        typing && document === vscode.window.activeTextEditor?.document
          ? performance.now() - this.#lastKeyAt
          : Infinity,
    };
  }

  #lookAgainIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookAgain(), ms);
  }

  /** Tells VS Code to ask again if there is something to show by now where there was nothing, and the cursor is there. */
  #lookAgain(): void {
    if (!this.#awaited) return;
    const { place, version, query } = this.#awaited;
    const { document, position } = place;
    const editor = vscode.window.activeTextEditor;
    const isThere = editor?.document === document && document.version === version && editor.selection.isEmpty;
    if (!isThere || !editor.selection.active.isEqual(position)) {
      this.#awaited = undefined;
      return;
    }
    const known = this.#parts.suggester.recall(query);
    if (!known) return;
    const { completion, waitMs } = gate(known, this.#moment(place, query, true));
    if (waitMs !== undefined) {
      this.#lookAgainIn(waitMs);
      return;
    }
    this.#awaited = undefined;
    if (completion.suggestions.length === 0) return;
    this.#told = { document, version, at: performance.now() };
    vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** Whether VS Code asks because it was told to, and not the writer. */
  #wasTold(document: vscode.TextDocument): boolean {
    const told = this.#told;
    this.#told = undefined;
    return (
      told?.document === document && told.version === document.version && performance.now() - told.at < ASKS_WITHIN_MS
    );
  }

  /** What is on screen stays first, whatever else was found when the writer, a hover or the editor asks again. */
  #keepShown({ document, position, context }: Place, completion: Completion): Completion {
    if (context.selectedCompletionInfo) return completion;
    const shown = this.#parts.activity.shown.at(document, document.offsetAt(position));
    const others = completion.suggestions.filter(({ text }) => !shown.some((each) => each.text === text));
    return shown.length === 0 ? completion : { ...completion, suggestions: [...shown, ...others] };
  }

  #question(place: Place): { readonly suppressed: Suppression | null; readonly query: () => Query } {
    const { document, position, context } = place;
    const item = context.selectedCompletionInfo;
    const start = item?.range.start ?? position;
    const { ghostText: settings } = place.settings;
    const { energySaving } = this.#parts.energy;
    const { suppressed, request } = consider({
      context: observe(place, this.#parts.activity, this.#parts.exclusions),
      read: () => this.#parts.text.read(document, start),
      settings,
      energySavingTokens: energySaving && ENERGY_SAVING_TOKENS,
    });
    const query = (): Query => {
      const asked = request();
      const shortened = (asked.maxTokens ?? 0) < settings.maxTokens;
      return {
        before: textBefore(document, start) + (item?.text ?? ''),
        request: { ...asked, place: this.#parts.memory.placeAt(document, start) },
        energySaving: shortened ? energySaving : undefined,
      };
    };
    return { suppressed: this.#inDismissedWord(place, suppressed), query };
  }

  #inDismissedWord({ document, position, context }: Place, suppressed: Suppression | null): Suppression | null {
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    if (suppressed || asked || !this.#parts.activity.inDismissedWord(document, position)) return suppressed;
    return { code: 'dismissed', message: 'The suggestion for this word was dismissed.' };
  }
}

function isAutomatic({ context }: Place): boolean {
  return context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
}

/** An item begins at most about so far before the cursor: accepting it is to be a small edit, in a long line too. */
const ANCHOR_REACH = 256;

/**
 * An item replaces from the start of its line and so begins with what is there: anchored at the cursor it would flash
 * when a word of it is accepted (microsoft/vscode#208152). In a long line it begins at a place that stays the same for
 * many keys. With IntelliSense open it extends the selected item instead.
 */
function itemsFor(
  { document, position, context }: Place,
  suggestions: readonly Suggestion[],
): vscode.InlineCompletionItem[] {
  const selected = context.selectedCompletionInfo;
  const range = selected?.range ?? new vscode.Range(anchorBefore(document, position), position);
  const typed = selected?.text ?? document.getText(range);
  return suggestions.map((suggestion) => {
    const item = new vscode.InlineCompletionItem(typed + suggestion.text, range);
    item.filterText = typed + suggestion.text;
    item.command = { title: 'Accepted', command: 'inkling.accepted', arguments: [{ suggestion } satisfies Accepted] };
    return item;
  });
}

function anchorBefore(document: vscode.TextDocument, position: vscode.Position): vscode.Position {
  const step = Math.floor(position.character / ANCHOR_REACH) - 1;
  if (step <= 0) return position.with({ character: 0 });
  // Never in the middle of a character of two units.
  const character = wholeCharacter(document.lineAt(position).text, step * ANCHOR_REACH);
  return position.with({ character });
}
