import * as vscode from 'vscode';
import type { Precision } from '../../engine/api';
import { ForkedEngine } from '../../engine/process/client';
import { compileInWorker } from '../../gpt2/compileInWorker';
import { hubFromEnvironment } from '../../store/hub/hub';
import type { OnProgress, Progress } from '../../store/progress';
import { type InstalledModel, type InstallOptions, ModelStore, type UnusableModel } from '../../store/store';
import { editorWording, settingsFor } from '../configuration';
import { notify, withProgress } from '../messages';
import type { HubToken } from './hubToken';
import { ProgressText } from './progressText';

/** An installation from the hub that was started. */
export interface Begun {
  readonly id: string;
  readonly precision?: Precision;
}

const BEGUN = 'inkling.installationBegun';

const REPORT_EVERY_MS = 200;

/** Passes on the start and end of every phase, and otherwise no more updates than can be read. */
function throttled(report: OnProgress): OnProgress {
  let last: Progress | undefined;
  let at = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    const ends = progress.done === progress.total;
    if (progress.phase !== last?.phase || ends || now - at >= REPORT_EVERY_MS) {
      last = progress;
      at = now;
      report(progress);
    }
  };
}

/** The models on this machine, with the notifications during an installation. */
export class Models {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #hubToken: Pick<HubToken, 'value'>;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, hubToken: Pick<HubToken, 'value'>) {
    this.#context = context;
    this.#log = log;
    this.#hubToken = hubToken;
  }

  /** Uses the current settings, and the environment variables where these are empty. */
  get store(): ModelStore {
    const { enabled, endpoint } = settingsFor().hub;
    const environment = hubFromEnvironment(process.env);
    return new ModelStore({
      root: vscode.Uri.joinPath(this.#context.globalStorageUri, 'store').fsPath,
      hub: {
        enabled,
        endpoint: endpoint || environment.endpoint,
        token: this.#hubToken.value || environment.token,
      },
      compile: compileInWorker(this.#script('compile.js'), editorWording()),
      openEngine: async (folder) =>
        new ForkedEngine({
          script: this.#script('engine.js'),
          cache: folder,
          model: { path: folder, precision: 'q8' },
          threads: settingsFor().model.threads,
          idleMinutes: 0,
          wording: editorWording(),
          onOutput: (text) => this.#log.info(text),
        }),
    });
  }

  /**
   * Installs a model with a cancellable notification, and uses it. Resolves to undefined when that failed.
   * @param again action of the button Try Again
   */
  async install(
    name: string,
    work: (store: ModelStore, options: InstallOptions) => Promise<InstalledModel>,
    again: () => Promise<unknown> = () => this.install(name, work),
  ): Promise<InstalledModel | undefined> {
    const { precision, keepDownload } = settingsFor().model;
    const title = vscode.l10n.t('Installing {0}', name);
    this.#log.info(`Installing ${name} (${precision}).`);
    try {
      const model = await withProgress(title, (report, signal) => {
        const text = new ProgressText();
        const onProgress = throttled((progress) => report(text.update(progress)));
        return work(this.store, { precision, keepDownload, signal, onProgress });
      });
      await this.use(model.folder);
      this.#log.info(`${name} is installed in ${model.folder}.`);
      notify.information(vscode.l10n.t('{0} is installed and in use.', name));
      return model;
    } catch (error) {
      await this.#report(name, error as Error, again);
      return undefined;
    }
  }

  /** Stores a note while an installation runs, so that it can be resumed if the window closes. */
  async remembering<T>(installation: Begun, work: () => Promise<T>): Promise<T> {
    await this.#context.globalState.update(BEGUN, installation);
    try {
      return await work();
    } finally {
      await this.forget();
    }
  }

  /** The installation that a closed window left unfinished; undefined while another window is running it. */
  async interrupted(): Promise<Begun | undefined> {
    const installation = this.#context.globalState.get<Begun>(BEGUN);
    return installation && !(await this.store.isBusy()) ? installation : undefined;
  }

  async forget(): Promise<void> {
    await this.#context.globalState.update(BEGUN, undefined);
  }

  /** Makes a folder the model in use; empty for the default model. The engine follows the setting. */
  async use(folder: string): Promise<void> {
    const config = vscode.workspace.getConfiguration('inkling');
    await config.update('model.path', folder === '' ? undefined : folder, vscode.ConfigurationTarget.Global);
  }

  async remove(model: InstalledModel | UnusableModel): Promise<void> {
    if (settingsFor().model.path === model.folder) {
      await this.use('');
    }
    const { name } = 'manifest' in model ? model.manifest : model;
    try {
      await ('manifest' in model ? this.store.remove(model) : this.store.removeUnusable(model));
      this.#log.info(`${name} is removed (${model.folder}).`);
    } catch (error) {
      await this.#report(name, error as Error, () => this.remove(model));
    }
  }

  async #report(name: string, error: Error, again: () => Promise<unknown>): Promise<void> {
    if (error.name === 'AbortError') {
      this.#log.info(`${name}: cancelled.`);
      notify.information(
        vscode.l10n.t('{0} was not installed. What has arrived is kept; choose it again to go on from there.', name),
      );
      return;
    }
    this.#log.error(error);
    const tryAgain = vscode.l10n.t('Try Again');
    const answer = notify.error(error.message, tryAgain);
    // The installation's caller does not wait until the message is read.
    void answer.then((chosen) => chosen === tryAgain && again());
  }

  #script(name: string): string {
    return vscode.Uri.joinPath(this.#context.extensionUri, 'dist', name).fsPath;
  }
}
