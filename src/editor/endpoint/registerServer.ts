import * as vscode from 'vscode';
import type { EngineHost } from '../engineHost';
import { notify } from '../messages';
import type { ServerChoice } from './serverChoice';
import type { ServerKey } from './serverKey';

const IN_USE = 'inkling.serverInUse';

/** Registers the commands for a model server, and the single notification when it fails. */
export function registerServer(engine: EngineHost, choice: ServerChoice, key: ServerKey): vscode.Disposable {
  let told = false;
  const useModelHere = () => choice.useModelHere();
  return vscode.Disposable.from(
    vscode.commands.registerCommand('inkling.useTheModelHere', useModelHere),
    vscode.commands.registerCommand('inkling.setServerKey', async () => {
      const { address } = choice;
      if (address) return key.ask(address.root.origin);
      void notify.information(vscode.l10n.t('No model server is set (inkling.engine.endpoint).'));
    }),
    choice.onDidChange(({ kind }) => void vscode.commands.executeCommand('setContext', IN_USE, kind !== 'local')),
    engine.onDidChangeHealth((health) => {
      if (health.state !== 'error' || health.server === undefined || told) return;
      // The status item shows it permanently; the notification appears once.
      told = true;
      const here = vscode.l10n.t('Use the Model Here');
      void notify.warning(health.message, here).then((chosen) => (chosen === here ? useModelHere() : undefined));
    }),
  );
}
