import * as vscode from 'vscode';
import type { InlineCompletions } from './ghostText/inlineCompletions';
import { notify } from './messages';

const TOLD = 'inkling.toldKeys';
/** Long enough to be read beside the first suggestion, and gone soon after. */
const SHOWN_MS = 20_000;

/** A step of the walkthrough for writers that does not complete by a command. */
type Step = 'greyText' | 'tab' | 'escape';

/** Completes a step of the walkthrough. */
export function stepDone(step: Step): void {
  void setContext(`inkling.done.${step}`, true);
}

/** On the first suggestion, completes its step, and once ever mentions the keys in the status bar. */
export function registerFirstSteps(
  memento: vscode.Memento,
  ghostText: Pick<InlineCompletions, 'onDidAnswer'>,
): vscode.Disposable {
  const watch = ghostText.onDidAnswer(({ items, outdated }) => {
    if (items === 0 || outdated) return;
    watch.dispose();
    stepDone('greyText');
    if (memento.get<boolean>(TOLD)) return;
    void memento.update(TOLD, true);
    const word = process.platform === 'darwin' ? 'Cmd+Right' : 'Ctrl+Right';
    notify.passing(vscode.l10n.t('Tab takes the grey text, {0} one word of it, Esc sends it away.', word), SHOWN_MS);
  });
  return vscode.Disposable.from(watch, vscode.window.tabGroups.onDidChangeTabs(lookAgain));
}

/**
 * VS Code ignores contexts set before its walkthroughs were first opened. They are in a tab of a kind unknown to
 * extensions, so whenever such a tab becomes active, the completed steps are briefly set again.
 */
async function lookAgain({ opened, changed }: vscode.TabChangeEvent): Promise<void> {
  if (![...opened, ...changed].some(({ isActive, input }) => isActive && input === undefined)) return;
  await setContext('inkling.lookAgain', true);
  await setContext('inkling.lookAgain', false);
}

function setContext(key: string, value: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', key, value);
}
