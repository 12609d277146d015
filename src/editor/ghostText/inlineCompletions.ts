import * as vscode from 'vscode';
import { consider } from '../../core/ghostText/consider';
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
import type { Query, Suggester } from './suggester';
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

/** Ghost text: asks whether to speak, then the suggester, and anchors what it says. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  #outcome: Outcome | undefined;
  readonly #answered = new vscode.EventEmitter<Answer>();
  readonly onDidAnswer = this.#answered.event;
  readonly #lookAhead: LookAhead;
  readonly #typing: vscode.Disposable;

  constructor(private readonly parts: Parts) {
    this.#lookAhead = new LookAhead(parts.suggester);
    this.#typing = parts.changes.listen((change) => this.#typed(change));
  }

  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const place = { document, position, context, settings: settingsFor(document) };
    const { version } = document;
    const askedAt = performance.now();
    this.#lookAhead.cancel();
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const outcome = await this.#consider(place, abort.signal);
    subscription.dispose();
    const outdated = token.isCancellationRequested || document.version !== version;
    const items = outcome === undefined || outdated ? [] : this.#show(place, outcome);
    this.#answered.fire({ outcome, ms: performance.now() - askedAt, outdated, items: items.length });
    return items;
  }

  dispose(): void {
    this.#lookAhead.cancel();
    this.#typing.dispose();
    this.#answered.dispose();
  }

  #show(place: Place, outcome: Outcome): vscode.InlineCompletionItem[] {
    this.#outcome = outcome;
    if (outcome.kind !== 'answered') return [];
    const { document, position, settings } = place;
    const { suggestions } = outcome.completion;
    this.parts.activity.shown.show(document, document.offsetAt(position), suggestions);
    if (settings.ghostText.lookAhead && !this.parts.energy.energySaving) {
      this.#lookAhead.after(outcome, outcome.completion);
    }
    return itemsFor(place, suggestions);
  }

  #typed({ document, replaced: [change, ...others] }: DocumentChange): void {
    if (!this.parts.suggester.busy || change === undefined || others.length > 0) return;
    this.parts.suggester.typed(textBefore(document, document.positionAt(change.offset + change.text.length)));
  }

  /** What there is to say at the cursor, as if the writer had just come there by typing. */
  async consider(editor: vscode.TextEditor): Promise<Outcome | undefined> {
    const context = { triggerKind: vscode.InlineCompletionTriggerKind.Automatic, selectedCompletionInfo: undefined };
    const { document, selection } = editor;
    const place = { document, position: selection.active, context, settings: settingsFor(document) };
    return this.#consider(place, new AbortController().signal);
  }

  /** Undefined when a newer request took over. */
  async #consider(place: Place, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      const { suppressed, query: ask } = this.#question(place);
      if (suppressed && suppressed.code !== 'just-deleted') return { kind: 'suppressed', suppression: suppressed };
      const query = ask();
      if (suppressed) {
        const known = this.parts.suggester.recall(query);
        return known
          ? { kind: 'answered', ...query, completion: known }
          : { kind: 'suppressed', suppression: suppressed };
      }
      const completion = await this.parts.suggester.suggest(query, signal);
      return { kind: 'answered', ...query, completion: this.#keepShown(place, completion) };
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return undefined;
      // What ails the engine itself is logged once, as its health.
      if (!(error instanceof EngineError)) this.parts.log.error(error instanceof Error ? error : String(error));
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What is on screen stays first, whatever else was found when the writer, a hover or the editor asks again. */
  #keepShown({ document, position, context }: Place, completion: Completion): Completion {
    if (context.selectedCompletionInfo) return completion;
    const shown = this.parts.activity.shown.at(document, document.offsetAt(position));
    const others = completion.suggestions.filter(({ text }) => !shown.some((each) => each.text === text));
    return shown.length === 0 ? completion : { ...completion, suggestions: [...shown, ...others] };
  }

  #question(place: Place): { readonly suppressed: Suppression | null; readonly query: () => Query } {
    const { document, position, context } = place;
    const item = context.selectedCompletionInfo;
    const start = item?.range.start ?? position;
    const { ghostText: settings } = place.settings;
    const { energySaving } = this.parts.energy;
    const { suppressed, request } = consider({
      context: observe(place, this.parts.activity, this.parts.exclusions),
      read: () => this.parts.text.read(document, start),
      settings,
      learnt: settings.learn ? this.parts.learning.offset : 0,
      energySavingTokens: energySaving && ENERGY_SAVING_TOKENS,
    });
    const query = (): Query => {
      const asked = request();
      const shortened = (asked.maxTokens ?? 0) < settings.maxTokens;
      return {
        before: textBefore(document, start) + (item?.text ?? ''),
        request: { ...asked, place: this.parts.memory.placeAt(document, start) },
        energySaving: shortened ? energySaving : undefined,
      };
    };
    return { suppressed: this.#inDismissedWord(place, suppressed), query };
  }

  #inDismissedWord({ document, position, context }: Place, suppressed: Suppression | null): Suppression | null {
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    if (suppressed || asked || !this.parts.activity.inDismissedWord(document, position)) return suppressed;
    return { code: 'dismissed', message: 'The suggestion for this word was dismissed.' };
  }
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
