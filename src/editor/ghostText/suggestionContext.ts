import * as vscode from 'vscode';
import { isEnabledFor } from '../../core/ghostText/settings';
import type { SuggestionContext } from '../../core/ghostText/suppression';
import { isExcluded, settingsFor } from '../configuration';
import type { Activity } from './activity';
import { isModal } from './modal';

/** Where and how a suggestion is asked for. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly context: vscode.InlineCompletionContext;
}

/** The facts that decide whether to speak at a place. */
export function observe(
  { document, position, context }: Place,
  activity: Activity,
): Omit<SuggestionContext, 'construct'> {
  const settings = settingsFor(document);
  const line = document.lineAt(position).text;
  const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
  const item = context.selectedCompletionInfo;
  return {
    enabled: !isExcluded(settings.exclude, document),
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
    snoozedUntil: null,
    now: Date.now(),
    typedSinceFocus: activity.typedSinceFocus(document),
    dismissals: activity.dismissals,
    dismissedAt: activity.dismissedAt,
    inDiff: vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
    readOnly: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false,
    modalNormalMode: editor !== undefined && isModal(editor),
    selectedItem: item ? { text: item.text, replaces: document.getText(item.range) } : null,
  };
}
