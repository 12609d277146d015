import * as vscode from 'vscode';
import type { InlineCompletions } from './ghostText/inlineCompletions';

const TOLD = 'inkling.toldKeys';
/** Long enough to be read beside the first grey text, and gone soon after. */
const SHOWN_MS = 20_000;

/** What happens with the first suggestion: the walkthrough ticks its step off, and once ever the keys are said, quietly. */
export function registerFirstSteps(
  memento: vscode.Memento,
  ghostText: Pick<InlineCompletions, 'onDidAnswer'>,
): vscode.Disposable {
  const watch = ghostText.onDidAnswer(({ items, outdated }) => {
    if (items === 0 || outdated) return;
    watch.dispose();
    void vscode.commands.executeCommand('setContext', 'inkling.suggested', true);
    if (memento.get<boolean>(TOLD)) return;
    void memento.update(TOLD, true);
    const word = process.platform === 'darwin' ? 'Cmd+Right' : 'Ctrl+Right';
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('Tab takes the grey text, {0} one word of it, Esc sends it away.', word),
      SHOWN_MS,
    );
  });
  return watch;
}
