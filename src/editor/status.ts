import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import { offInDocument } from '../core/ghostText/suppression';
import { timeOfDay } from '../core/text/locale';
import { settingsFor } from './configuration';
import { isReadOnly } from './documentText';
import type { Energy } from './energySaving/energy';
import type { EngineHost } from './engineHost';
import type { Activity } from './ghostText/activity';
import type { FileExclusions } from './ghostText/fileExclusions';
import type { Suggester } from './ghostText/suggester';
import { type Status, statusText } from './statusText';
import { writersEditor } from './writersEditor';

const ICONS = { ready: '$(edit)', thinking: '$(loading~spin)', off: '$(circle-slash)', error: '$(warning)' } as const;

/** Work shorter than this does not change the icon, which would flicker with every key. */
const THINKING_MS = 300;

/** The objects that the status item depends on. */
export interface Watched {
  /** Where this extension runs in a remote window: on the writer's side, or on that of the files. */
  readonly extensionKind: vscode.ExtensionKind;
  readonly engine: EngineHost;
  readonly suggester: Suggester;
  readonly energy: Energy;
  readonly activity: Activity;
  readonly exclusions: FileExclusions;
}

/** The status bar item `Inkling`, updated with everything it depends on; a click opens the menu. */
export class StatusItem implements vscode.Disposable {
  readonly #watched: Watched;
  readonly #item = vscode.window.createStatusBarItem('inkling.status', vscode.StatusBarAlignment.Right, 100);
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  #current: Status | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    const { engine, suggester, energy, activity, exclusions } = watched;
    this.#item.name = 'Inkling';
    this.#item.command = 'inkling.showMenu';
    const update = () => this.#update();
    this.#subscriptions = vscode.Disposable.from(
      engine.onDidChangeHealth(update),
      energy.onDidChange(update),
      activity.onDidChangeQuiet(update),
      exclusions.onDidChange(update),
      suggester.onDidChangeBusy((busy) => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(update, busy ? THINKING_MS : 0);
      }),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.workspace.onDidOpenTextDocument(update),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && update()),
    );
    update();
  }

  get current(): Status | undefined {
    return this.#current;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#item.dispose();
  }

  #update(): void {
    clearTimeout(this.#timer);
    const { engine, suggester, energy, activity } = this.#watched;
    const { quietUntil } = activity;
    this.#show(
      engine.serverHost,
      statusText({
        health: engine.health,
        busy: suggester.busy,
        server: engine.serverHost,
        energySaving: energy.energySaving,
        remote: remoteMachine(this.#watched.extensionKind),
        quietUntil: quietUntil === undefined ? undefined : timeOfDay(quietUntil, true),
        ...this.#place(),
      }),
    );
  }

  #place() {
    const document = writersEditor()?.document;
    if (!document) return {};
    const { enable, exclude, ghostText } = settingsFor(document);
    const off = offInDocument({
      enabled: !this.#watched.exclusions.excludes(document, exclude),
      languageId: document.languageId,
      languages: isEnabledFor(enable, document.languageId) ? [document.languageId] : [],
      scheme: document.uri.scheme,
      readOnly: isReadOnly(document),
    });
    return { off: off ?? undefined, manual: ghostText.mode === 'manual' };
  }

  #show(server: string | undefined, status: Status): void {
    const text = textOf(status, server);
    if (text === this.#item.text && status.detail === this.#current?.detail) return;
    this.#current = status;
    this.#item.text = text;
    this.#item.tooltip = tooltip(status, server);
    this.#item.accessibilityInformation = {
      label: `Inkling: ${kindText(status)}. ${status.detail}${server === undefined ? '' : ` (${server})`}`,
    };
    this.#item.backgroundColor =
      status.kind === 'error' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }
}

/** In remote windows and browsers, workspace extensions run where the files are. */
function remoteMachine(kind: vscode.ExtensionKind): string | undefined {
  if (kind === vscode.ExtensionKind.UI) return undefined;
  const { remoteName, uiKind, appHost } = vscode.env;
  return remoteName ?? (uiKind === vscode.UIKind.Web ? appHost : undefined);
}

/** While text is sent to a server, the item has another icon and names the server. */
function textOf({ kind }: Status, server: string | undefined): string {
  if (server === undefined) return `${ICONS[kind]} Inkling`;
  return `${kind === 'ready' ? '' : `${ICONS[kind]} `}$(cloud-upload) Inkling · ${server}`;
}

/** The status in one word. */
function kindText({ kind }: Status): string {
  switch (kind) {
    case 'ready':
      return vscode.l10n.t('ready');
    case 'thinking':
      return vscode.l10n.t('thinking');
    case 'off':
      return vscode.l10n.t('off');
    case 'error':
      return vscode.l10n.t('error');
  }
}

function tooltip(status: Status, server: string | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = {
    enabledCommands: ['inkling.showLog', 'inkling.restartEngine', 'inkling.chooseModel', 'inkling.useTheModelHere'],
  };
  text
    .appendMarkdown('**Inkling** · ')
    .appendText(kindText(status))
    .appendMarkdown('\n\n')
    .appendText(status.detail)
    .appendMarkdown('\n\n');
  const link = (title: string, command: string) => `[${title}](command:${command})`;
  const ways = [
    ...(server === undefined ? [] : [link(vscode.l10n.t('Use the model here'), 'inkling.useTheModelHere')]),
    ...(status.kind === 'error' ? [link(vscode.l10n.t('Restart engine'), 'inkling.restartEngine')] : []),
    link(vscode.l10n.t('Choose model'), 'inkling.chooseModel'),
    link(vscode.l10n.t('Show log'), 'inkling.showLog'),
    vscode.l10n.t('Click for more'),
  ];
  return text.appendMarkdown(ways.join(' · '));
}
