import * as vscode from 'vscode';
import { consider } from '../../core/ghostText/consider';
import type { Suppression } from '../../core/ghostText/suppression';
import type { Completion, Suggestion } from '../../engine/api';
import { EngineError } from '../../engine/runtime';
import { settingsFor } from '../configuration';
import { type DocumentText, textBefore } from '../documentText';
import type { Energy } from '../energySaving/energy';
import { ENERGY_SAVING_TOKENS } from '../energySaving/energySaving';
import type { Activity } from './activity';
import type { Learning } from './learning';
import { LookAhead } from './lookAhead';
import type { Query, Suggester } from './suggester';
import { observe, type Place } from './suggestionContext';

/** What came of the last request, for `Inkling: Why No Suggestion?`. */
export type Outcome =
  | { readonly kind: 'silent'; readonly silence: Suppression }
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

/** What `inkling.accepted` is told when a suggestion was accepted as a whole. */
export interface Accepted {
  readonly suggestion: Suggestion;
}

/** Ghost text: asks whether to speak, then the suggester, and anchors what it says. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  #outcome: Outcome | undefined;
  readonly #answered = new vscode.EventEmitter<Answer>();
  readonly onDidAnswer = this.#answered.event;
  readonly #lookAhead: LookAhead;
  readonly #typing: vscode.Disposable;

  constructor(
    private readonly suggester: Suggester,
    private readonly reader: DocumentText,
    private readonly activity: Activity,
    private readonly learning: Pick<Learning, 'offset'>,
    private readonly energy: Pick<Energy, 'energySaving'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#lookAhead = new LookAhead(suggester);
    this.#typing = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges: [change, ...others] }) => {
      if (!suggester.busy || change === undefined || others.length > 0) return;
      suggester.typed(textBefore(document, document.positionAt(change.rangeOffset + change.text.length)));
    });
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
    const place = { document, position, context };
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
    const { document, position } = place;
    const texts = outcome.completion.suggestions.map(({ text }) => text);
    this.activity.shown.show(document, document.offsetAt(position), texts);
    const { lookAhead } = settingsFor(document).ghostText;
    if (lookAhead && !this.energy.energySaving) this.#lookAhead.after(outcome, outcome.completion);
    return itemsFor(place, outcome.completion);
  }

  /** What there is to say at the cursor, as if the writer had just come there by typing. */
  async consider(editor: vscode.TextEditor): Promise<Outcome | undefined> {
    const context = { triggerKind: vscode.InlineCompletionTriggerKind.Automatic, selectedCompletionInfo: undefined };
    const place = { document: editor.document, position: editor.selection.active, context };
    return this.#consider(place, new AbortController().signal);
  }

  /** Undefined when a newer request took over. */
  async #consider(place: Place, signal: AbortSignal): Promise<Outcome | undefined> {
    try {
      const { suppressed, query: ask } = this.#question(place);
      if (suppressed && suppressed.code !== 'just-deleted') return { kind: 'silent', silence: suppressed };
      const query = ask();
      if (suppressed) {
        const known = this.suggester.recall(query);
        return known ? { kind: 'answered', ...query, completion: known } : { kind: 'silent', silence: suppressed };
      }
      return { kind: 'answered', ...query, completion: await this.suggester.suggest(query, signal) };
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return undefined;
      // What ails the engine itself is logged once, as its health.
      if (!(error instanceof EngineError)) this.log.error(error instanceof Error ? error : String(error));
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  #question(place: Place): { readonly suppressed: Suppression | null; readonly query: () => Query } {
    const { document, position, context } = place;
    const item = context.selectedCompletionInfo;
    const start = item?.range.start ?? position;
    const { ghostText: settings } = settingsFor(document);
    const { energySaving } = this.energy;
    const { suppressed, request } = consider({
      context: observe(place, this.activity),
      read: () => this.reader.read(document, start),
      settings,
      learnt: settings.learn ? this.learning.offset : 0,
      energySavingTokens: energySaving && ENERGY_SAVING_TOKENS,
    });
    const query = (): Query => {
      const asked = request();
      const shortened = (asked.maxTokens ?? 0) < settings.maxTokens;
      return {
        before: textBefore(document, start) + (item?.text ?? ''),
        request: asked,
        energySaving: shortened ? energySaving : undefined,
      };
    };
    return { suppressed: this.#inDismissedWord(place, suppressed), query };
  }

  #inDismissedWord({ document, position, context }: Place, suppressed: Suppression | null): Suppression | null {
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    if (suppressed || asked || !this.activity.inDismissedWord(document, position)) return suppressed;
    return { code: 'dismissed', message: 'The suggestion for this word was dismissed.' };
  }
}

/**
 * An item replaces from the start of its line and so begins with what is there: anchored at the cursor it would flash
 * when a word of it is accepted (microsoft/vscode#208152). With IntelliSense open it extends the selected item instead.
 */
function itemsFor({ document, position, context }: Place, completion: Completion): vscode.InlineCompletionItem[] {
  const selected = context.selectedCompletionInfo;
  const range = selected?.range ?? new vscode.Range(position.with({ character: 0 }), position);
  const typed = selected?.text ?? document.getText(range);
  return completion.suggestions.map((suggestion) => {
    const item = new vscode.InlineCompletionItem(typed + suggestion.text, range);
    item.filterText = typed + suggestion.text;
    item.command = { title: 'Accepted', command: 'inkling.accepted', arguments: [{ suggestion } satisfies Accepted] };
    return item;
  });
}
