import * as vscode from 'vscode';
import type { InklingApi, InklingExports } from '../../../src/api/inkling';

/** The words of a text, as far as this sample needs them. */
const WORD = /\S+/g;

export async function activate(context: vscode.ExtensionContext): Promise<InklingApi> {
  const inkling = await vscode.extensions.getExtension<InklingExports>('inkling.inkling')?.activate();
  if (!inkling) throw new Error('Inkling is not installed.');
  const api = inkling.getApi(1);
  context.subscriptions.push(
    vscode.commands.registerCommand('inklingSample.bitsPerWord', async () => {
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      const tokens = await api.score(text);
      const bits = tokens.reduce((sum, { probability }) => sum - Math.log2(probability ?? 1), 0);
      return bits / Math.max(1, text.match(WORD)?.length ?? 0);
    }),
  );
  return api;
}
