import * as vscode from 'vscode';
import { isEnabledFor } from '../core/ghostText/settings';
import type {
  CompleteRequest,
  Engine,
  ExplainRequest,
  GenerateRequest,
  GenerationEvent,
  InspectRequest,
  LogitsRequest,
  MemoryUpdate,
  PartialCompletion,
  RecallRequest,
  ScoreRequest,
  WordsRequest,
} from '../engine/api';
import { EndpointEngine } from '../engine/endpoint/endpointEngine';
import type { EngineHealth } from '../engine/health';
import { ForkedEngine, type ForkedEngineOptions } from '../engine/process/client';
import { EngineError } from '../engine/runtime';
import { editorWording, settingsFor } from './configuration';
import type { ServerChoice } from './endpoint/serverChoice';

/** Settings whose change restarts the engine's process. */
const ENGINE_SETTINGS = ['model.path', 'model.precision', 'model.threads', 'engine.idleMinutes'];

/** An engine that also reports its health. */
type HealthyEngine = Engine & {
  readonly health: EngineHealth;
  onHealth(listener: (health: EngineHealth) => void): () => void;
};

/**
 * The engine selected by the settings: the local model or a server. Restarts when the settings change. There is no
 * fallback when it fails.
 */
export class EngineHost implements Engine, vscode.Disposable {
  readonly #choice: ServerChoice;
  readonly #log: vscode.LogOutputChannel;
  /** The local model. It draws the figures of the Markdown preview, which name it, whatever engine is selected. */
  readonly local: ForkedEngine;
  #server: EndpointEngine | undefined;
  readonly #healthChanged = new vscode.EventEmitter<EngineHealth>();
  readonly onDidChangeHealth = this.#healthChanged.event;
  readonly #switched = new vscode.EventEmitter<void>();
  /** Fires when another model comes into use. */
  readonly onDidSwitch = this.#switched.event;
  readonly #subscriptions: vscode.Disposable;

  constructor(context: vscode.ExtensionContext, choice: ServerChoice, log: vscode.LogOutputChannel) {
    this.#choice = choice;
    this.#log = log;
    this.local = new ForkedEngine({
      ...engineSettings(),
      script: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
      cache: vscode.Uri.joinPath(context.globalStorageUri, 'compiled').fsPath,
      wording: editorWording(),
      onOutput: (text) => log.info(text),
    });
    this.#follow(this.local);
    this.#subscriptions = vscode.Disposable.from(
      this.#healthChanged,
      this.#switched,
      choice.onDidChange(() => this.#switch()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (ENGINE_SETTINGS.some((setting) => event.affectsConfiguration(`inkling.${setting}`))) {
          this.local.restart(engineSettings());
        }
      }),
    );
  }

  get health(): EngineHealth {
    const { current } = this.#choice;
    if (current.kind === 'unusable') return { state: 'error', message: current.message, server: '' };
    return this.#current.health;
  }

  /** Process id of the local engine while it runs. */
  get pid(): number | undefined {
    return this.local.pid;
  }

  /** Host of the server in use; undefined while nothing leaves the machine. */
  get serverHost(): string | undefined {
    return this.#server?.host;
  }

  /** @returns a function that removes the listener */
  onHealth(listener: (health: EngineHealth) => void): () => void {
    const subscription = this.onDidChangeHealth(listener);
    return () => subscription.dispose();
  }

  /** Restarts, whatever failed before. */
  restart(): void {
    if (this.#server) this.#switch();
    else this.local.restart();
  }

  async info() {
    return this.#asked.info();
  }

  async tokenizer() {
    return this.#asked.tokenizer();
  }

  async complete(request: CompleteRequest, signal?: AbortSignal, onPartial?: (partial: PartialCompletion) => void) {
    return this.#asked.complete(request, signal, onPartial);
  }

  async generate(request: GenerateRequest, onEvent?: (event: GenerationEvent) => void, signal?: AbortSignal) {
    return this.#asked.generate(request, onEvent, signal);
  }

  async logits(request: LogitsRequest, signal?: AbortSignal) {
    return this.#asked.logits(request, signal);
  }

  async score(request: ScoreRequest, signal?: AbortSignal) {
    return this.#asked.score(request, signal);
  }

  async explain(request: ExplainRequest, signal?: AbortSignal) {
    return this.#asked.explain(request, signal);
  }

  async inspect(request: InspectRequest, signal?: AbortSignal) {
    return this.#asked.inspect(request, signal);
  }

  async words(request: WordsRequest, signal?: AbortSignal) {
    return this.#asked.words(request, signal);
  }

  async stats() {
    return this.#asked.stats();
  }

  async remember(update: MemoryUpdate) {
    return this.#asked.remember(update);
  }

  async recall(request: RecallRequest) {
    return this.#asked.recall(request);
  }

  async dispose(): Promise<void> {
    this.#subscriptions.dispose();
    await this.local.dispose();
    await this.#server?.dispose();
  }

  get #current(): HealthyEngine {
    return this.#server ?? this.local;
  }

  /** @throws EngineError where the settings name a server that must not be used */
  get #asked(): Engine {
    const { current } = this.#choice;
    if (current.kind === 'unusable') throw new EngineError(current.message);
    return this.#current;
  }

  #switch(): void {
    const { current } = this.#choice;
    const before = this.#server;
    if (current.kind === 'local' && !before) {
      // The settings no longer name the server that could not be used.
      this.#healthChanged.fire(this.health);
      return;
    }
    void before?.dispose();
    this.#server = current.kind === 'server' ? new EndpointEngine(current.options) : undefined;
    if (this.#server) {
      this.#log.info(`Text around the cursor is sent to the model server ${this.#server.host}.`);
      this.local.restart(engineSettings());
      this.#follow(this.#server);
    } else if (before) {
      this.#log.info(`Nothing is sent to ${before.host} any more.`);
    }
    this.#switched.fire();
    this.#healthChanged.fire(this.health);
  }

  #follow(engine: HealthyEngine): void {
    engine.onHealth((health) => {
      if (engine !== this.#current) return;
      this.#note(health);
      this.#healthChanged.fire(health);
    });
  }

  #note(health: EngineHealth): void {
    if (health.state === 'error') {
      this.#log.error(health.message);
    } else if (health.state === 'ready') {
      const { name, server } = health.model;
      if (server) {
        this.#log.info(
          `The model server is ready: ${name} on ${server.host}. It lacks: ${server.lacks.join(', ') || 'nothing'}.`,
        );
      } else {
        const { precision, notes = [] } = health.model;
        this.#log.info([`The engine is ready: ${name} (${precision}).`, ...notes].join(' '));
      }
    } else {
      this.#log.debug(`The engine is ${health.state}.`);
    }
  }
}

/** Starts the engine when a document with ghost text is shown, so that the first suggestion need not wait. */
export function wakeWhenWanted(engine: EngineHost): vscode.Disposable {
  const wake = () => {
    const document = vscode.window.activeTextEditor?.document;
    const wanted = document && isEnabledFor(settingsFor(document).enable, document.languageId);
    // Failures are reported through the engine's health.
    if (wanted && engine.health.state === 'asleep') engine.info().catch(() => {});
  };
  wake();
  return vscode.Disposable.from(
    engine.onDidSwitch(wake),
    vscode.window.onDidChangeActiveTextEditor(wake),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('inkling') && wake()),
  );
}

function engineSettings(): Pick<ForkedEngineOptions, 'model' | 'threads' | 'idleMinutes'> {
  const { model, engine } = settingsFor();
  const { path, precision, threads } = model;
  return { model: { path, precision }, threads, idleMinutes: engine.idleMinutes };
}
