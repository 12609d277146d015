import * as vscode from 'vscode';
import { type Gated, gate, stays } from '../../core/ghostText/gate';
import type { Suppression } from '../../core/ghostText/suppression';
import { wholeCharacter } from '../../core/text/lines';
import type { Completion, Suggestion } from '../../engine/api';
import type { EngineHealth } from '../../engine/health';
import { EngineError } from '../../engine/runtime';
import { settingsFor } from '../configuration';
import { HeadStart, type HeadStartParts } from './headStart';
import type { Learning } from './learning';
import { LookAhead } from './lookAhead';
import { ReTrigger } from './reTrigger';
import { type Query, SuggesterReset } from './suggester';
import { AUTOMATIC, type EditorPlace, isAutomatic, questionAt } from './suggestionContext';

/** The outcome of the last request, for `Inkling: Why No Suggestion?`. */
export type Outcome =
  | { readonly kind: 'suppressed'; readonly suppression: Suppression }
  | ({ readonly kind: 'answered'; readonly completion: Completion } & Query)
  | { readonly kind: 'failed'; readonly message: string };

/** How a request from VS Code was answered. */
export interface Answer {
  /** Undefined when a newer request replaced it. */
  readonly outcome: Outcome | undefined;
  /** Milliseconds from the request to the answer. */
  readonly ms: number;
  /** Whether VS Code discarded the answer, as it had cancelled the request or the document had changed. */
  readonly outdated: boolean;
  /** Number of items returned to VS Code. */
  readonly items: number;
  /** Why VS Code was triggered again after an empty answer: the model was late, or the writer had to pause first. */
  readonly again: 'late' | 'pause' | undefined;
}

/** Argument of the command that VS Code runs after accepting a whole item. */
export interface Accepted {
  readonly suggestion: Suggestion;
}

/** The parts of ghost text. */
export interface Parts extends HeadStartParts {
  readonly engine: { readonly health: EngineHealth };
  readonly learning: Pick<Learning, 'offset'>;
  readonly log: vscode.LogOutputChannel;
}

/** Ghost text: decides whether to suggest, asks the suggester, applies the gate, and anchors the items. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  #outcome: Outcome | undefined;
  readonly #answered = new vscode.EventEmitter<Answer>();
  readonly onDidAnswer = this.#answered.event;
  readonly #lookAhead: LookAhead;
  readonly #headStart: HeadStart;
  readonly #reTrigger = new ReTrigger((place, query) => this.#known(place, query));
  readonly #subscriptions: vscode.Disposable;

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#lookAhead = new LookAhead(parts.suggester);
    this.#headStart = new HeadStart(parts);
    this.#subscriptions = vscode.Disposable.from(
      this.#headStart,
      this.#reTrigger,
      this.#answered,
      parts.changes.listen(({ document }) => this.#reTrigger.changed(document)),
      parts.suggester.onDidEnd(() => this.#reTrigger.look()),
    );
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
    const again = this.#reTrigger.wasTold(document);
    const context = again ? { ...asked, triggerKind: AUTOMATIC.triggerKind } : asked;
    const place = { document, position, context, settings: settingsFor(document) };
    this.#lookAhead.cancel();
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const deadline = isAutomatic(place) ? askedAt + place.settings.ghostText.deadline : undefined;
    const outcome = await this.#consider(place, abort.signal, deadline);
    subscription.dispose();
    const outdated = token.isCancellationRequested || document.version !== version;
    const items = outcome === undefined || outdated ? [] : this.#show(place, outcome);
    this.#answered.fire({ outcome, ms: performance.now() - askedAt, outdated, items: items.length, again });
    return items;
  }

  /** The outcome at the cursor, as if the writer had just typed there. */
  async consider(editor: vscode.TextEditor): Promise<Outcome | undefined> {
    const { document, selection } = editor;
    const place = { document, position: selection.active, context: AUTOMATIC, settings: settingsFor(document) };
    return this.#consider(place, new AbortController().signal);
  }

  /** Whether what follows the suggestion on screen is going to be computed ahead. */
  get looksAhead(): boolean {
    return this.#lookAhead.waiting;
  }

  dispose(): void {
    this.#lookAhead.cancel();
    this.#subscriptions.dispose();
  }

  #show(place: EditorPlace, outcome: Outcome): vscode.InlineCompletionItem[] {
    this.#outcome = outcome;
    if (outcome.kind !== 'answered') return [];
    const { document, position, settings } = place;
    const { suggestions } = outcome.completion;
    this.#parts.activity.shown.show(document, document.offsetAt(position), suggestions);
    if (settings.ghostText.lookAhead && !this.#parts.energy.energySaving) {
      this.#lookAhead.after(outcome, outcome.completion, () => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document === document && editor.selection.active.isEqual(position);
      });
    }
    return itemsFor(place, suggestions);
  }

  /**
   * Undefined when a newer request replaced this one.
   * @param deadline by `performance.now()`; absent where the writer waits for the complete result
   */
  async #consider(place: EditorPlace, signal: AbortSignal, deadline?: number): Promise<Outcome | undefined> {
    try {
      const { suppressed, query: ask } = questionAt(place, this.#parts);
      if (suppressed && suppressed.code !== 'just-deleted') return { kind: 'suppressed', suppression: suppressed };
      const query = ask();
      const mayWait = deadline !== undefined;
      if (suppressed) {
        const known = this.#parts.suggester.recall(query);
        const completion = known && this.#gated(place, query, known, mayWait);
        return completion && completion.suggestions.length > 0
          ? { kind: 'answered', ...query, completion }
          : { kind: 'suppressed', suppression: suppressed };
      }
      const completion = await this.#parts.suggester.suggest(query, signal, deadline);
      return { kind: 'answered', ...query, completion: this.#gated(place, query, completion, mayWait) };
    } catch (error) {
      if (error instanceof SuggesterReset && !signal.aborted) {
        return this.#consider({ ...place, settings: settingsFor(place.document) }, signal, deadline);
      }
      if (error instanceof Error && error.name === 'AbortError') return undefined;
      // The engine's own errors are logged once, when its health changes.
      if (!(error instanceof EngineError)) this.#parts.log.error(error instanceof Error ? error : String(error));
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * What to show at a place: what is on screen there, then what was found, if it passes the gate.
   * @param mayWait whether VS Code may be triggered later for a suggestion that needs a pause first
   */
  #gated(place: EditorPlace, query: Query, completion: Completion, mayWait: boolean): Completion {
    const kept = this.#keepShown(place, completion);
    if (!isAutomatic(place)) return kept;
    if (kept !== completion) {
      const { shown } = this.#parts.activity;
      if (stays(kept.suggestions[0], shown.shownForMs, place.settings.ghostText.triggerRate)) return kept;
      return { suggestions: [], reason: 'empty' };
    }
    const gated = this.#gate(place, query, completion, mayWait);
    const later = gated.waitMs !== undefined || completion.reason === 'unfinished' || this.#parts.suggester.busy;
    if (mayWait && gated.completion.suggestions.length === 0 && later) {
      this.#reTrigger.await(place, query, gated.waitMs);
    }
    return gated.completion;
  }

  /** @param typing whether the next key may come at any moment */
  #gate({ document, settings }: EditorPlace, { before }: Query, completion: Completion, typing: boolean): Gated {
    const { triggerRate, learn } = settings.ghostText;
    const { moment } = this.#headStart;
    const { health } = this.#parts.engine;
    const isTyping = typing && document === vscode.window.activeTextEditor?.document;
    const now = {
      ...moment,
      rate: triggerRate,
      learnt: learn ? this.#parts.learning.offset : 0,
      before,
      waited: isTyping ? moment.waited : Number.POSITIVE_INFINITY,
    };
    return gate(completion, now, health.state === 'ready' ? health.model.calibration : undefined);
  }

  #known(place: EditorPlace, query: Query): Gated | undefined {
    const known = this.#parts.suggester.recall(query);
    return known && this.#gate(place, query, known, true);
  }

  /**
   * The suggestion on screen stays first, whatever else was found when the writer, a hover or the editor asks again.
   */
  #keepShown({ document, position, context }: EditorPlace, completion: Completion): Completion {
    if (context.selectedCompletionInfo) return completion;
    const shown = this.#parts.activity.shown.at(document, document.offsetAt(position));
    const others = completion.suggestions.filter(({ text }) => !shown.some((each) => each.text === text));
    return shown.length === 0 ? completion : { ...completion, suggestions: [...shown, ...others] };
  }
}

/**
 * Approximate UTF-16 units before the cursor at which an item may begin, so that accepting it is a small edit in a long
 * line, too.
 */
const ANCHOR_REACH = 256;

/**
 * An item replaces the text from the start of its line and thus begins with it: if anchored at the cursor, it would
 * flash when a word of it is accepted (microsoft/vscode#208152). In a long line it begins at a place that is stable for
 * many keys. With IntelliSense open it extends the selected item instead.
 */
function itemsFor(
  { document, position, context }: EditorPlace,
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
  // Never inside a surrogate pair.
  const character = wholeCharacter(document.lineAt(position).text, step * ANCHOR_REACH);
  return position.with({ character });
}
