import * as vscode from 'vscode';

const KEY = 'hub.token';

/** The access token for the hub, in VS Code's secret storage. A token in the settings is moved there. */
export class HubToken implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  #token = '';
  readonly #subscription: vscode.Disposable;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`inkling.${KEY}`)) void this.#moveFromSettings();
      }),
      secrets.onDidChange(({ key }) => {
        if (key === KEY) void this.#load();
      }),
    );
    void this.#load().then(() => this.#moveFromSettings());
  }

  /** Empty where there is none. */
  get value(): string {
    return this.#token || inSettings();
  }

  /** Prompts for a token; an empty one deletes the stored token. */
  async ask(): Promise<void> {
    const token = await vscode.window.showInputBox({
      title: vscode.l10n.t('Access Token for the Hugging Face Hub'),
      prompt: vscode.l10n.t(
        'For private models. It is kept as a secret of VS Code; leave it empty to forget the one that is kept.',
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (token !== undefined) await this.#keep(token.trim());
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #load(): Promise<void> {
    this.#token = (await this.#secrets.get(KEY)) ?? '';
  }

  async #keep(token: string): Promise<void> {
    this.#token = token;
    await (token === '' ? this.#secrets.delete(KEY) : this.#secrets.store(KEY, token));
  }

  async #moveFromSettings(): Promise<void> {
    const token = inSettings();
    if (token === '') return;
    await this.#keep(token);
    await vscode.workspace.getConfiguration('inkling').update(KEY, undefined, vscode.ConfigurationTarget.Global);
  }
}

/** The setting in which earlier versions stored it. */
function inSettings(): string {
  const value = vscode.workspace.getConfiguration('inkling').inspect<unknown>(KEY)?.globalValue;
  return typeof value === 'string' ? value.trim() : '';
}
