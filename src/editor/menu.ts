import * as vscode from 'vscode';
import { compact } from '../core/text/locale';
import { settingsFor, updateSetting } from './configuration';
import type { Activity } from './ghostText/activity';
import type { Memory } from './memory/memory';
import { asText } from './outsideText';
import type { Status } from './statusText';
import { writersEditor } from './writersEditor';

type Item = vscode.QuickPickItem & { readonly run?: () => unknown };

const MINUTE_MS = 60_000;

/** How often to suggest, in words. */
function rates(): readonly (readonly [rate: number, name: string])[] {
  return [
    [0.1, vscode.l10n.t('Seldom: only what is nearly certain')],
    [0.2, vscode.l10n.t('Less often')],
    [0.3, vscode.l10n.t('As designed')],
    [0.5, vscode.l10n.t('More often')],
    [1, vscode.l10n.t('Whenever there is something to say')],
  ];
}

/** `Inkling: Show Menu`, which a click on the status item opens. */
export async function showMenu(
  activity: Activity,
  memory: Pick<Memory, 'summary'>,
  status: Status | undefined,
  server: string | undefined,
): Promise<void> {
  const document = writersEditor()?.document;
  const { triggerRate } = settingsFor(document).ghostText;
  const command = (id: string) => () => vscode.commands.executeCommand(id);
  const quiet = activity.quietUntil !== undefined;
  const items: Item[] = [
    ...(status?.kind === 'error'
      ? [{ label: vscode.l10n.t('{0} Restart the Engine', '$(debug-restart)'), run: command('inkling.restartEngine') }]
      : []),
    ...(quiet
      ? [{ label: vscode.l10n.t('{0} Suggest Again', '$(play)'), run: () => activity.snooze(0) }]
      : [
          {
            label: vscode.l10n.t('{0} Pause for 5 Minutes', '$(debug-pause)'),
            run: () => activity.snooze(5 * MINUTE_MS),
          },
          {
            label: vscode.l10n.t('{0} Pause for 1 Hour', '$(debug-pause)'),
            run: () => activity.snooze(60 * MINUTE_MS),
          },
        ]),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    ...(document
      ? [
          {
            label: vscode.l10n.t('{0} Turn Ghost Text On or Off for This File', '$(file)'),
            run: command('inkling.toggleGhostTextForThisFile'),
          },
          {
            label: vscode.l10n.t('{0} Turn Ghost Text On or Off for This Language', '$(symbol-string)'),
            description: asText(document.languageId),
            run: command('inkling.toggleGhostText'),
          },
        ]
      : []),
    {
      label: vscode.l10n.t('{0} How Often to Suggest…', '$(dashboard)'),
      description: rates().find(([rate]) => rate === triggerRate)?.[1] ?? compact(triggerRate),
      run: () => chooseRate(triggerRate, document),
    },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('{0} What It Knows of Your Texts', '$(book)'),
      detail: await memory.summary(),
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'inkling.memory'),
    },
    { label: vscode.l10n.t('{0} Why No Suggestion?', '$(question)'), run: command('inkling.whyNoSuggestion') },
    { label: vscode.l10n.t('{0} Explain Next Token', '$(graph)'), run: command('inkling.explainNextToken') },
    ...(server === undefined
      ? []
      : [
          {
            label: vscode.l10n.t('{0} Use the Model Here', '$(vm)'),
            description: vscode.l10n.t('Nothing is sent to {0} any more', asText(server)),
            run: command('inkling.useTheModelHere'),
          },
        ]),
    { label: vscode.l10n.t('{0} Choose Model…', '$(server-environment)'), run: command('inkling.chooseModel') },
    { label: vscode.l10n.t('{0} Show Log', '$(output)'), run: command('inkling.showLog') },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Inkling',
    placeHolder: asText(status?.detail ?? ''),
  });
  await picked?.run?.();
}

async function chooseRate(current: number, document: vscode.TextDocument | undefined): Promise<void> {
  const items = rates().map(([rate, label]) => ({
    label,
    description: rate === current ? vscode.l10n.t('now') : compact(rate),
    rate,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('How Often to Suggest'),
    placeHolder: vscode.l10n.t('The share of keys after which there is grey text (inkling.ghostText.triggerRate)'),
  });
  if (picked === undefined) return;
  await updateSetting('ghostText.triggerRate', document, () => picked.rate);
}
