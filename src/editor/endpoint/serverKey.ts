import * as vscode from 'vscode';

/** API keys of model servers, kept in VS Code's secret storage per server, so that none is sent to another. */
export class ServerKey implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => key.startsWith(PREFIX) && this.#changed.fire());
  }

  /** @returns the key for a server's origin; empty where there is none */
  async of(origin: string): Promise<string> {
    return (await this.#secrets.get(PREFIX + origin)) ?? '';
  }

  /** Prompts for a key; an empty one deletes the stored key. */
  async ask(origin: string): Promise<void> {
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t('Key of the Model Server {0}', origin),
      prompt: vscode.l10n.t(
        'It is kept as a secret of VS Code and sent to this server alone; leave it empty to forget the one that is kept.',
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    await (key.trim() === ''
      ? this.#secrets.delete(PREFIX + origin)
      : this.#secrets.store(PREFIX + origin, key.trim()));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

const PREFIX = 'server.key ';
