import * as vscode from 'vscode';

/** Keys of model servers: secrets that VS Code keeps, one for each server, so that none is sent to another. */
export class ServerKey implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscription = secrets.onDidChange(({ key }) => key.startsWith(PREFIX) && this.#changed.fire());
  }

  /** @param origin of the server; empty where there is no key for it */
  async of(origin: string): Promise<string> {
    return (await this.#secrets.get(PREFIX + origin)) ?? '';
  }

  /** Asks for a key; an empty one forgets the one that is kept. */
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
