import * as vscode from 'vscode';
import type { EngineHost } from '../engineHost';
import { chooseModel, importFrom, installFromHub } from './chooseModel';
import { HubToken } from './hubToken';
import { Models } from './models';
import { offerGpt2Once, offerToRenew, offerToRepair, offerToResume } from './offer';
import { SpeedEstimate } from './speedEstimate';

/** Arguments of `inkling.chooseModel` from a keybinding or script; without them it prompts. */
export interface ChooseModelArguments {
  /** `owner/name` on the hub, or `owner/name@revision`. */
  readonly hub?: string;
  /** A folder or one of its files. */
  readonly path?: string;
}

/** Registers the commands to choose, install and remove models, and the offers. */
export function registerModels(
  context: vscode.ExtensionContext,
  engine: EngineHost,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const hubToken = new HubToken(context.secrets);
  const models = new Models(context, log, hubToken);
  const speed = new SpeedEstimate(engine);
  void offerToResume(models);
  void offerToRenew(models);
  void offerGpt2Once(context, models, speed);
  return vscode.Disposable.from(
    hubToken,
    offerToRepair(models, engine),
    vscode.commands.registerCommand('inkling.setHubToken', () => hubToken.ask()),
    vscode.commands.registerCommand('inkling.chooseModel', ({ hub, path }: ChooseModelArguments = {}) => {
      if (hub !== undefined) {
        return installFromHub(models, hub);
      }
      return path === undefined ? chooseModel(models, speed) : importFrom(models, path);
    }),
  );
}
