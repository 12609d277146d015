import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import { type EngineHealth, ForkedEngine, type ForkedEngineOptions } from '../engine/process/client';
import { settingsFor } from './configuration';

/** The settings that the engine's process is started with. */
const ENGINE_SETTINGS = ['model.path', 'model.precision', 'model.threads', 'engine.idleMinutes'];

/** The engine that the settings ask for: it starts afresh when they change. */
export class EngineHost extends ForkedEngine implements vscode.Disposable {
  readonly #healthChanged = new vscode.EventEmitter<EngineHealth>();
  readonly onDidChangeHealth = this.#healthChanged.event;
  readonly #settingsWatch: vscode.Disposable;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    super({
      ...engineSettings(),
      script: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
      cache: vscode.Uri.joinPath(context.globalStorageUri, 'compiled').fsPath,
      onOutput: (text) => log.info(text),
    });
    this.onHealth((health) => {
      if (health.state === 'error') {
        log.error(health.message);
      } else if (health.state === 'ready') {
        const { name, precision, notes = [] } = health.model;
        log.info([`The engine is ready: ${name} (${precision}).`, ...notes].join(' '));
      } else {
        log.debug(`The engine is ${health.state}.`);
      }
      this.#healthChanged.fire(health);
    });
    this.#settingsWatch = vscode.workspace.onDidChangeConfiguration((event) => {
      if (ENGINE_SETTINGS.some((setting) => event.affectsConfiguration(`inkling.${setting}`))) {
        this.restart(engineSettings());
      }
    });
  }

  override async dispose(): Promise<void> {
    this.#settingsWatch.dispose();
    await super.dispose();
    this.#healthChanged.dispose();
  }
}

/** Starts the engine as soon as a document is shown where ghost text is on, so that the first word need not wait. */
export function wakeWhenWanted(engine: EngineHost): vscode.Disposable {
  const wake = () => {
    const document = vscode.window.activeTextEditor?.document;
    const wanted = document && isEnabledFor(settingsFor(document).enable, document.languageId);
    // What goes wrong is shown as the engine's health.
    if (wanted && engine.health.state === 'asleep') engine.info().catch(() => {});
  };
  wake();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(wake),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && wake()),
  );
}

function engineSettings(): Pick<ForkedEngineOptions, 'model' | 'threads' | 'idleMinutes'> {
  const { model, engine } = settingsFor();
  const { path, precision, threads } = model;
  return { model: { path, precision }, threads, idleMinutes: engine.idleMinutes };
}
