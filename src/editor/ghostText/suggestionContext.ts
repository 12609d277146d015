import * as vscode from 'vscode';
import { consider } from '../../core/ghostText/consider';
import { CURSOR_SHAPES, keysAreCommands, MODAL_EXTENSIONS, type ModalCursor } from '../../core/ghostText/modalEditing';
import { isEnabledFor } from '../../core/ghostText/settings';
import type { SuggestionContext, Suppression } from '../../core/ghostText/suppression';
import { type DocumentText, isReadOnly, textBefore } from '../documentText';
import type { Energy } from '../energySaving/energy';
import { ENERGY_SAVING_TOKENS } from '../energySaving/energySaving';
import type { Memory } from '../memory/memory';
import type { Settings } from '../settings';
import { editorOf } from '../writersEditor';
import type { Activity } from './activity';
import type { FileExclusions } from './fileExclusions';
import type { Query } from './suggester';

/** Where, how and under which settings a suggestion is requested. */
export interface EditorPlace {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly context: vscode.InlineCompletionContext;
  readonly settings: Settings;
}

/** Triggers of VS Code's requests: after a key, and by the writer. */
export const AUTOMATIC: vscode.InlineCompletionContext = {
  triggerKind: vscode.InlineCompletionTriggerKind.Automatic,
  selectedCompletionInfo: undefined,
};
export const ASKED: vscode.InlineCompletionContext = {
  triggerKind: vscode.InlineCompletionTriggerKind.Invoke,
  selectedCompletionInfo: undefined,
};

/** Whether the suggestion was not requested explicitly. */
export function isAutomatic({ context }: EditorPlace): boolean {
  return context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
}

/** The inputs that decide on a request to the model. */
export interface QuestionSources {
  readonly text: DocumentText;
  readonly activity: Activity;
  readonly exclusions: FileExclusions;
  readonly energy: Pick<Energy, 'energySaving'>;
  readonly memory: Pick<Memory, 'placeAt'>;
}

/** A request to the model at a place, if it may be made. */
export interface Question {
  /** Why it may not be made; null where it may. */
  readonly suppressed: Suppression | null;
  readonly query: () => Query;
}

/** The request to make at a place. */
export function questionAt(
  place: EditorPlace,
  { text, activity, exclusions, energy, memory }: QuestionSources,
): Question {
  const { document, position, context } = place;
  const item = context.selectedCompletionInfo;
  const start = item?.range.start ?? position;
  const { ghostText: settings } = place.settings;
  const { energySaving } = energy;
  const { suppressed, request } = consider({
    context: observe(place, activity, exclusions),
    read: () => text.read(document, start),
    settings,
    energySavingTokens: energySaving && ENERGY_SAVING_TOKENS,
  });
  const query = (): Query => {
    const asked = request();
    const shortened = (asked.maxTokens ?? 0) < settings.maxTokens;
    return {
      before: textBefore(document, start) + (item?.text ?? ''),
      request: { ...asked, place: memory.placeAt(document, start) },
      energySaving: shortened ? energySaving : undefined,
    };
  };
  const dismissed = !suppressed && isAutomatic(place) && activity.inDismissedWord(document, position);
  return { suppressed: dismissed ? dismissedHere() : suppressed, query };
}

function dismissedHere(): Suppression {
  return { code: 'dismissed', message: vscode.l10n.t('The suggestion for this word was dismissed.') };
}

/** The facts that decide whether to suggest at a place. */
function observe(
  { document, position, context, settings }: EditorPlace,
  activity: Activity,
  exclusions: FileExclusions,
): Omit<SuggestionContext, 'construct'> {
  const line = document.lineAt(position).text;
  const editor = editorOf(document);
  const item = context.selectedCompletionInfo;
  return {
    enabled: !exclusions.excludes(document, settings.exclude),
    languageId: document.languageId,
    languages: isEnabledFor(settings.enable, document.languageId) ? [document.languageId] : [],
    scheme: document.uri.scheme,
    trigger: context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke ? 'invoke' : 'typing',
    manualOnly: settings.ghostText.mode === 'manual',
    selectionEmpty: editor?.selection.isEmpty ?? true,
    cursors: editor?.selections.length ?? 1,
    lineBefore: line.slice(0, position.character),
    lineAfter: line.slice(position.character),
    lastEdit: activity.lastEdit(document),
    snoozedUntil: activity.snoozedUntil,
    now: Date.now(),
    typedSinceFocus: activity.typedSinceFocus(document),
    dismissals: activity.dismissals,
    dismissedAt: activity.dismissedAt,
    inDiff: vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
    readOnly: isReadOnly(document),
    modalNormalMode: editor !== undefined && keysAreCommands(modalCursor(editor)),
    selectedItem: item ? { text: item.text, replaces: document.getText(item.range) } : null,
    onScreen: !item && activity.shown.at(document, document.offsetAt(position)).length > 0,
  };
}

function modalCursor({ document, options }: vscode.TextEditor): ModalCursor {
  const config = vscode.workspace.getConfiguration('', document);
  return {
    extensions: MODAL_EXTENSIONS.filter((id) => vscode.extensions.getExtension(id)?.isActive),
    // VS Code numbers the shapes from 1 in this order.
    shape: options.cursorStyle === undefined ? undefined : CURSOR_SHAPES[options.cursorStyle - 1],
    chosen: config.get<string>('editor.cursorStyle'),
    inserting: config.get<Record<string, string>>('vim.cursorStylePerMode')?.insert,
  };
}
