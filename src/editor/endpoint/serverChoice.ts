import * as vscode from 'vscode';
import { readAddress, type ServerAddress } from '../../engine/endpoint/address';
import type { EndpointOptions } from '../../engine/endpoint/endpointEngine';
import { settingsFor } from '../configuration';
import { notify } from '../messages';
import { decide } from './decision';
import type { ServerKey } from './serverKey';

/** Where completions come from: the local model or a server. */
export type Choice =
  | { readonly kind: 'local' }
  | { readonly kind: 'server'; readonly options: EndpointOptions }
  /** The setting names a server that must not be used; the message says why. */
  | { readonly kind: 'unusable'; readonly message: string };

const SETTINGS = ['engine.endpoint', 'engine.endpointModel', 'engine.allowPlainHttp'];
/** Servers that the writer has agreed to send text to. */
const AGREED = 'inkling.agreedServers';
const LOCAL: Choice = { kind: 'local' };

/**
 * Decides whether a model server is used: if the user settings name one and the writer has agreed to send text to it;
 * never in Restricted Mode. Workspaces have no influence, as the settings are machine-scoped.
 */
export class ServerChoice implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #key: ServerKey;
  readonly #changed = new vscode.EventEmitter<Choice>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;
  #current: Choice = LOCAL;
  /** Numbers the checks, so that an earlier one does not override a later one. */
  #looks = 0;

  constructor(state: vscode.Memento, key: ServerKey) {
    this.#state = state;
    this.#key = key;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      key.onDidChange(() => void this.#look()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#look()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (SETTINGS.some((setting) => event.affectsConfiguration(`inkling.${setting}`))) void this.#look();
      }),
    );
    void this.#look();
  }

  get current(): Choice {
    return this.#current;
  }

  /** The server in the settings, whether it is used or not. */
  get address(): ServerAddress | undefined {
    const { endpoint, allowPlainHttp } = settingsFor().engine;
    try {
      return endpoint === '' ? undefined : readAddress(endpoint, allowPlainHttp);
    } catch {
      return undefined;
    }
  }

  /** Stops using the server; the local model is used instead. */
  async useModelHere(): Promise<void> {
    const config = vscode.workspace.getConfiguration('inkling');
    await config.update('engine.endpoint', undefined, vscode.ConfigurationTarget.Global);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #look(): Promise<void> {
    const look = ++this.#looks;
    const choice = await this.#choose();
    if (look === this.#looks) this.#become(choice);
  }

  #become(choice: Choice): void {
    this.#current = choice;
    this.#changed.fire(choice);
  }

  async #choose(): Promise<Choice> {
    const { endpoint, endpointModel: model, allowPlainHttp } = settingsFor().engine;
    const { isTrusted } = vscode.workspace;
    const decision = decide({ endpoint, allowPlainHttp, isTrusted, agreed: this.#agreed });
    if (decision.kind === 'local' || decision.kind === 'unusable') return decision;
    const { kind, address } = decision;
    if (kind === 'ask') {
      // The previous server is no longer used either.
      this.#become(LOCAL);
      if (!(await this.#agreesTo(address))) return LOCAL;
    }
    return { kind: 'server', options: { address, model, key: await this.#key.of(address.root.origin) } };
  }

  get #agreed(): readonly string[] {
    return this.#state.get<readonly string[]>(AGREED, []);
  }

  /** Asks for consent once per server. Declining resets the setting, so that the question does not come again. */
  async #agreesTo({ root, host, isHere }: ServerAddress): Promise<boolean> {
    const question = isHere
      ? vscode.l10n.t(
          'Send the text around the cursor to the model server {0}? It is a program on this machine; what it does with the text is up to it. Inkling asks it at each pause in your typing.',
          host,
        )
      : vscode.l10n.t(
          'Send the text around the cursor to the model server {0}? It leaves this machine, at each pause in your typing and in every document where ghost text is on. Whoever runs the server can read it.',
          host,
        );
    const yes = vscode.l10n.t('Send Text to {0}', host);
    if ((await notify.confirm(question, yes)) === yes) {
      await this.#state.update(AGREED, [...this.#agreed, root.href]);
      return true;
    }
    if (this.address?.root.href === root.href) await this.useModelHere();
    return false;
  }
}
