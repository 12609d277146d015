import * as vscode from 'vscode';
import { CURSOR_SHAPES, keysAreCommands, MODAL_EXTENSIONS, type ModalCursor } from '../../core/ghostText/modalEditing';
import { isEnabledFor } from '../../core/ghostText/settings';
import type { SuggestionContext } from '../../core/ghostText/suppression';
import type { Settings } from '../settings';
import type { Activity } from './activity';
import type { FileExclusions } from './fileExclusions';

/** Where and how a suggestion is asked for, and under which settings. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  readonly context: vscode.InlineCompletionContext;
  readonly settings: Settings;
}

/** The facts that decide whether to speak at a place. */
export function observe(
  { document, position, context, settings }: Place,
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
    readOnly: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false,
    modalNormalMode: editor !== undefined && keysAreCommands(modalCursor(editor)),
    selectedItem: item ? { text: item.text, replaces: document.getText(item.range) } : null,
  };
}

/** The editor that is written in, where several show the document. */
function editorOf(document: vscode.TextDocument): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  if (active?.document === document) return active;
  return vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
}

function modalCursor({ document, options }: vscode.TextEditor): ModalCursor {
  const config = vscode.workspace.getConfiguration('', document);
  return {
    extensions: MODAL_EXTENSIONS.filter((id) => vscode.extensions.getExtension(id)?.isActive),
    // VS Code counts the shapes from 1, in this order.
    shape: options.cursorStyle === undefined ? undefined : CURSOR_SHAPES[options.cursorStyle - 1],
    chosen: config.get<string>('editor.cursorStyle'),
    inserting: config.get<Record<string, string>>('vim.cursorStylePerMode')?.insert,
  };
}
