import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import { isExcluded, settingsFor } from './configuration';
import type { Energy } from './energySaving/energy';
import type { EngineHost } from './engineHost';
import type { Suggester } from './ghostText/suggester';
import { type Circumstances, statusText } from './statusText';
import { writersEditor } from './writersEditor';

/** What the status item says. `detail` is one sentence; for an error it names the trouble and what to do about it. */
export interface Status {
  readonly kind: 'ready' | 'thinking' | 'off' | 'error';
  readonly detail: string;
}

const icons = { ready: '$(edit)', thinking: '$(loading~spin)', off: '$(circle-slash)', error: '$(warning)' } as const;

/** The status bar item `Inkling`; a click toggles ghost text. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('inkling.status', vscode.StatusBarAlignment.Right, 100);
  #current: Status | undefined;

  constructor() {
    this.#item.name = 'Inkling';
    this.#item.command = 'inkling.toggle';
  }

  get current(): Status | undefined {
    return this.#current;
  }

  show(status: Status): void {
    if (status.kind === this.#current?.kind && status.detail === this.#current.detail) return;
    this.#current = status;
    this.#item.text = `${icons[status.kind]} Inkling`;
    this.#item.tooltip = tooltip(status);
    this.#item.accessibilityInformation = { label: `Inkling: ${status.kind}. ${status.detail}` };
    this.#item.backgroundColor =
      status.kind === 'error' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

function tooltip({ kind, detail }: Status): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = {
    enabledCommands: ['inkling.showLog', 'inkling.restartEngine', 'inkling.toggle', 'inkling.chooseModel'],
  };
  text.appendMarkdown(`**Inkling** · ${kind}\n\n`).appendText(detail).appendMarkdown('\n\n');
  if (kind === 'error') text.appendMarkdown('[Restart engine](command:inkling.restartEngine) · ');
  return text.appendMarkdown(
    '[Toggle](command:inkling.toggle) · [Choose model](command:inkling.chooseModel) · [Show log](command:inkling.showLog)',
  );
}

/** Shorter thinking than this is not worth a change of icon at every keystroke. */
const THINKING_MS = 300;

/** Keeps the item true to the engine, the suggester, the active document and the settings. */
export function keepStatus(
  item: StatusItem,
  engine: EngineHost,
  suggester: Suggester,
  energy: Energy,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const update = () => {
    clearTimeout(timer);
    const document = writersEditor()?.document;
    const place = document && placeOf(document);
    item.show(statusText({ health: engine.health, busy: suggester.busy, energySaving: energy.energySaving, place }));
  };
  update();
  return vscode.Disposable.from(
    engine.onDidChangeHealth(update),
    energy.onDidChange(update),
    suggester.onDidChangeBusy((busy) => {
      clearTimeout(timer);
      timer = setTimeout(update, busy ? THINKING_MS : 0);
    }),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidOpenTextDocument(update),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && update()),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}

function placeOf(document: vscode.TextDocument): Circumstances['place'] {
  const { enable, exclude, ghostText } = settingsFor(document);
  return {
    languageId: document.languageId,
    enabled: isEnabledFor(enable, document.languageId),
    excluded: isExcluded(exclude, document),
    manual: ghostText.mode === 'manual',
  };
}
