import * as vscode from 'vscode';
import { foldCase } from '../../core/text/words';

/** Puts a word among those that are never suggested, in the user's settings. */
export async function neverSuggest(word: string): Promise<void> {
  const config = vscode.workspace.getConfiguration('inkling');
  const blocked = config.inspect<string[]>('ghostText.blockedWords')?.globalValue ?? [];
  if (blocked.map(foldCase).includes(foldCase(word))) return;
  await config.update('ghostText.blockedWords', [...blocked, word], vscode.ConfigurationTarget.Global);
}
